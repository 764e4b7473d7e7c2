import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { casesOf } from './gateway/cases.ts'
import { chartOf } from './gateway/chart.ts'
import { startGatewayStack } from './gateway/gateway-stack.ts'
import { measureCase } from './gateway/measure-case.ts'
import { type CaseResult, caseTable } from './gateway/result.ts'
import { connections, type Pace, startLoad } from './gateway/rounds.ts'
import { measureSessions } from './gateway/sessions.ts'
import { makeTokens, warmPeople } from './gateway/tokens.ts'
import { describeMachine } from './harness/machine.ts'
import { say } from './harness/say.ts'

const names = ['warm', 'never-seen', 'verify', 'refused', 'sessions']

const help = `usage: ./gatehouse bench gateway [--seconds N] [--rounds N] [--sessions N] [--case NAME]...

Compares the gateway as it ships, with a real RabbitMQ, with common alternatives. About ten minutes.

  --seconds N    seconds per measurement (1)
  --rounds N     number of rounds (11)
  --sessions N   maximum number of active sessions (100000)
  --case NAME    only this case; may be repeated: ${names.join(', ')}

A run without options is also written to bench/results/gateway.md and docs/bench-gateway.svg.
`

const options = {
  seconds: { type: 'string', default: '1' },
  rounds: { type: 'string', default: '11' },
  sessions: { type: 'string', default: '100000' },
  case: { type: 'string', multiple: true, default: names },
  help: { type: 'boolean', default: false },
} as const

const introduction = ({ forMs, rounds }: Pace, machine: string) => `# ./gatehouse bench gateway

${machine}. The load generator and RabbitMQ share the cores with what is measured.

${rounds} rounds of ${forMs / 1000} s each (twice as many for 100,000 sessions), contestants in turns, ${connections} connections with one request at
a time; requests have the headers that Nginx passes on. The load generator keeps one core busy even while it waits, because waking a
sleeping client would be charged to the server, and is expensive on a virtual machine. Each contestant is one process and sends the same
status and body; bare \`node:http\` also sends the gateway's headers. Figures are medians of the rounds, ratios medians of the ratios of the
rounds. A token that is used once is new to every contestant, and a round ends when there are no more. The gateway runs with metrics, log
and heartbeats four times a second; a stand-in for identity answers its look-ups (\`bench login\` measures identity).`

type Wanted = { people: number; pace: Pace; wanted: string[] }

// More than a verifying contestant can use, but at most two minutes of signing; then rounds may end early.
const tokensUsedOnce = ({ forMs, rounds }: Pace) => Math.min(180_000, 20 * forMs * rounds)

const measureAll = async ({ people, pace, wanted }: Wanted) => {
  const machine = describeMachine()
  say('starting RabbitMQ and a stand-in for identity')
  const stack = await startGatewayStack(people)
  const load = startLoad()
  try {
    const isWanted = (name: string) => wanted.includes(name)
    const neverSeen = isWanted('never-seen') || isWanted('refused') ? tokensUsedOnce(pace) : 0
    const signed = isWanted('sessions') ? people : warmPeople
    say(`signing ${(signed + neverSeen).toLocaleString('en')} tokens`)
    const tokens = await makeTokens(stack.issuer, { people: signed, neverSeen })
    try {
      const setting = { stack, load, tokens, pace, people }
      const results: CaseResult[] = []
      const parts: string[] = []
      for (const it of casesOf(tokens, pace.rounds).filter(({ name }) => isWanted(name))) {
        const result = await measureCase(it, setting)
        results.push(result)
        parts.push(caseTable(result))
      }
      if (isWanted('sessions')) {
        const { result, report } = await measureSessions(setting)
        results.push(result)
        parts.push(report)
      }
      return { report: [introduction(pace, machine), ...parts].join('\n\n'), chart: chartOf(results) }
    } finally {
      tokens.remove()
    }
  } finally {
    load.stop()
    await stack.stop()
  }
}

const { values } = parseArgs({ options })
const unknown = values.case.filter((name) => !names.includes(name))
if (values.help) process.stdout.write(help)
else if (unknown.length > 0) {
  process.stderr.write(`There is no case "${unknown.join('", "')}". There are: ${names.join(', ')}\n`)
  process.exitCode = 2
} else {
  const pace = { forMs: Number(values.seconds) * 1000, rounds: Number(values.rounds) }
  const { report, chart } = await measureAll({
    people: Math.max(warmPeople, Number(values.sessions)),
    pace,
    wanted: values.case,
  })
  process.stdout.write(`${report}\n`)
  const isWhole = process.argv.length === 2
  if (isWhole) {
    writeFileSync(new URL('./results/gateway.md', import.meta.url), `${report}\n`)
    writeFileSync(new URL('../docs/bench-gateway.svg', import.meta.url), chart)
  }
}
