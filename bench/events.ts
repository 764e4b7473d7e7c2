import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { hash } from '@node-rs/argon2'
import { measureBacklog } from './events/backlog.ts'
import { measureCommitToApplied } from './events/commit-to-applied.ts'
import { measureRelay } from './events/relay.ts'
import { measureSubscriber } from './events/subscriber.ts'
import { measureWriteLatency } from './events/write-latency.ts'
import { describeMachine } from './harness/machine.ts'
import { say } from './harness/say.ts'
import { startStack } from './harness/stack.ts'
import { argon2Cost, password } from './harness/users.ts'

const names = ['relay', 'applied', 'subscriber', 'backlog', 'writes']

const help = `usage: ./gatehouse bench events [--events N] [--seconds N] [--rounds N] [--backlog N] [--case NAME]...

Compares relay, gateway and subscriber kit as they ship, with real Postgres and RabbitMQ, with raw amqplib in the same run.
About three minutes.

  --events N    events per measurement of throughput (20000)
  --seconds N   seconds per measurement of latency (2)
  --rounds N    number of rounds (3)
  --backlog N   events that wait for the relay (100000)
  --case NAME   only this case; may be repeated: ${names.join(', ')}

A run without options is also written to bench/results/events.md.
`

const options = {
  events: { type: 'string', default: '20000' },
  seconds: { type: 'string', default: '2' },
  rounds: { type: 'string', default: '3' },
  backlog: { type: 'string', default: '100000' },
  case: { type: 'string', multiple: true, default: names },
  help: { type: 'boolean', default: false },
} as const

const introduction = (machine: string) => `# ./gatehouse bench events

${machine}. Postgres (fsync off) and RabbitMQ share the cores with what is measured.

The contestants take turns. Throughput is the median of the rounds, a ratio the median of the ratios of the rounds; latencies are
quantiles of all samples. The relay runs in a complete identity as it ships, with metrics, log and heartbeats.`

type Wanted = { events: number; forMs: number; rounds: number; backlog: number; wanted: string[] }

const measureAll = async ({ events, forMs, rounds, backlog, wanted }: Wanted) => {
  const machine = describeMachine()
  const hashedPassword = await hash(password, argon2Cost)
  say('starting Postgres and RabbitMQ')
  const stack = await startStack()
  try {
    const identity = await stack.startIdentity('turns', 10, hashedPassword)
    const cases: [name: string, title: string, measure: () => Promise<string>][] = [
      ['relay', 'relay against raw publishing', () => measureRelay({ identity, events, rounds })],
      ['applied', 'from the commit to the gateway', () => measureCommitToApplied({ identity, forMs, rounds })],
      ['subscriber', 'subscriber kit against a bare consumer', () => measureSubscriber({ stack, events, rounds })],
      [
        'backlog',
        'a backlog',
        async () =>
          measureBacklog({ identity: await stack.startIdentity('backlog', 1, hashedPassword), events: backlog }),
      ],
      ['writes', 'writing while the broker is away', () => measureWriteLatency({ stack, identity, forMs, rounds })],
    ]
    const parts = [introduction(machine)]
    for (const [name, title, measure] of cases) {
      if (!wanted.includes(name)) continue
      say(title)
      parts.push(await measure())
    }
    return parts.join('\n\n')
  } finally {
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
  const report = await measureAll({
    events: Number(values.events),
    forMs: Number(values.seconds) * 1000,
    rounds: Number(values.rounds),
    backlog: Number(values.backlog),
    wanted: values.case,
  })
  process.stdout.write(`${report}\n`)
  const isWhole = process.argv.length === 2
  if (isWhole) writeFileSync(new URL('./results/events.md', import.meta.url), `${report}\n`)
}
