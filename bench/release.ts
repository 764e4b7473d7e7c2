import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { hash } from '@node-rs/argon2'
import { describeMachine } from './harness/machine.ts'
import { say } from './harness/say.ts'
import { argon2Cost, password } from './harness/users.ts'
import { checkOut } from './release/check-out.ts'
import { compareGateways } from './release/compare-gateways.ts'
import { compareIdentities } from './release/compare-identities.ts'

const help = `usage: ./gatehouse bench release [--against REVISION] [--seconds N] [--rounds N]

Compares gateway and identity of this checkout with those of an earlier one. About eight minutes.

  --against REVISION   revision to compare with (07b3162, which is 0.1.0)
  --seconds N          seconds per measurement (1)
  --rounds N           number of rounds (15)

A run without options is also written to bench/results/release.md.
`

const options = {
  against: { type: 'string', default: '07b3162' },
  seconds: { type: 'string', default: '1' },
  rounds: { type: 'string', default: '15' },
  help: { type: 'boolean', default: false },
} as const

const measureAll = async (revision: string, pace: { forMs: number; rounds: number }) => {
  const machine = describeMachine()
  say(`checking out ${revision} and installing its packages`)
  const release = await checkOut(revision)
  try {
    const hashedPassword = await hash(password, argon2Cost)
    return [
      `# ./gatehouse bench release

${machine}. This checkout against ${revision}: two processes of each service take turns, in alternating order;
${pace.rounds} rounds of ${pace.forMs / 1000} s each. Figures are medians of the rounds, ratios medians of the ratios of the rounds; above 1
this checkout is faster.`,
      await compareGateways(release.root, pace),
      await compareIdentities(release.root, hashedPassword, pace),
    ].join('\n\n')
  } finally {
    await release.remove()
  }
}

const { values } = parseArgs({ options })
if (values.help) process.stdout.write(help)
else {
  const pace = { forMs: Number(values.seconds) * 1000, rounds: Number(values.rounds) }
  const report = await measureAll(values.against, pace)
  process.stdout.write(`${report}\n`)
  if (process.argv.length === 2) writeFileSync(new URL('./results/release.md', import.meta.url), `${report}\n`)
}
