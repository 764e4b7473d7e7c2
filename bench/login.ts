import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { hash } from '@node-rs/argon2'
import { describeMachine } from './harness/machine.ts'
import { say } from './harness/say.ts'
import { startStack } from './harness/stack.ts'
import { argon2Cost, password } from './harness/users.ts'
import { measureBombardment } from './login/bombardment.ts'
import { measureImport } from './login/import-users.ts'
import { measureLogins } from './login/logins.ts'
import { measureLookups } from './login/lookups.ts'
import { measureUnknownOrWrong } from './login/unknown-or-wrong.ts'

const help = `usage: ./gatehouse bench login [--users N] [--import N] [--seconds N] [--rounds N]

Compares identity as it ships, with real Postgres and RabbitMQ, with raw Argon2 in the same run. About seven minutes.

  --users N     size of the large table (1000000)
  --import N    users to import (100000)
  --seconds N   seconds per measurement (5)
  --rounds N    number of rounds (3)

A run without options is also written to bench/results/login.md.
`

const options = {
  users: { type: 'string', default: '1000000' },
  import: { type: 'string', default: '100000' },
  seconds: { type: 'string', default: '5' },
  rounds: { type: 'string', default: '3' },
  help: { type: 'boolean', default: false },
} as const

const measureAll = async (largeUsers: number, importedUsers: number, pace: { forMs: number; rounds: number }) => {
  const machine = describeMachine()
  const hashedPassword = await hash(password, argon2Cost)
  say('starting Postgres and RabbitMQ')
  const stack = await startStack()
  try {
    const populate = async (name: string, users: number) => {
      say(`filling a database with ${users.toLocaleString('en')} users`)
      return { identity: await stack.startIdentity(name, users, hashedPassword), users }
    }
    const small = await populate('small', 1_000)
    const { identity, users } = small
    const parts: string[] = []
    say('logins against raw Argon2')
    parts.push(await measureLogins({ identity, users, hashedPassword, ...pace }))
    say('500 clients at once')
    parts.push(await measureBombardment({ url: identity.url, users, ...pace }))
    say('unknown username against wrong password')
    parts.push(await measureUnknownOrWrong({ identity, users }))
    const large = await populate('large', largeUsers)
    say('calls that need no password')
    parts.push(await measureLookups({ small, large, ...pace }))
    const fresh = await populate('fresh', 1)
    say('import')
    parts.push(await measureImport({ identity: fresh.identity, rows: importedUsers }))
    return [
      `# ./gatehouse bench login\n\n${machine}. Load, Postgres (fsync off) and RabbitMQ share the cores with identity.`,
      ...parts,
    ].join('\n\n')
  } finally {
    await stack.stop()
  }
}

const { values } = parseArgs({ options })
if (values.help) process.stdout.write(help)
else {
  const pace = { forMs: Number(values.seconds) * 1000, rounds: Number(values.rounds) }
  const report = await measureAll(Number(values.users), Number(values.import), pace)
  process.stdout.write(`${report}\n`)
  const isWhole = process.argv.length === 2
  if (isWhole) writeFileSync(new URL('./results/login.md', import.meta.url), `${report}\n`)
}
