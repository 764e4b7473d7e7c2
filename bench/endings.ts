import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { hash } from '@node-rs/argon2'
import { measureEnding } from './endings/measure-ending.ts'
import { startVerifyingGateway } from './endings/verifying-gateway.ts'
import { waysToEnd } from './endings/ways-to-end.ts'
import { describeMachine } from './harness/machine.ts'
import { against, figure, table } from './harness/report.ts'
import { say } from './harness/say.ts'
import { startStack } from './harness/stack.ts'
import { argon2Cost, password } from './harness/users.ts'

const help = `usage: ./gatehouse bench endings [--sessions N]...

Ends all sessions of a user who has many, in each possible way, with identity and gateway as they ship, and real Postgres and
RabbitMQ. About four minutes.

  --sessions N  active sessions of the user; may be repeated (100, 10000, 100000)

A run without options is also written to bench/results/endings.md.
`

const sizes = ['100', '10000', '100000']

const options = {
  sessions: { type: 'string', multiple: true, default: sizes },
  help: { type: 'boolean', default: false },
} as const

const introduction = (machine: string) => `# ./gatehouse bench endings

${machine}. Postgres (fsync off) and RabbitMQ share the cores with identity and gateway.

A user with this many active sessions, twenty of which are in the gateway's memory. "Answered": identity's response to the call. "Refused": from
that response until the gateway has refused each of the twenty. "Told": until the broker has the events of all sessions and of the user.
Memory is identity's, before the call and its maximum until then.`

const head = ['sessions', 'way', 'answered, ms', 'refused, ms', 'told, s', 'memory before, MiB', 'most since, MiB']

const measureAll = async (counts: number[]) => {
  const machine = describeMachine()
  const hashedPassword = await hash(password, argon2Cost)
  say('starting Postgres and RabbitMQ')
  const stack = await startStack()
  try {
    const identity = await stack.startIdentity('endings', 1 + counts.length * waysToEnd.length, hashedPassword)
    const gateway = await startVerifyingGateway(identity)
    try {
      const rows: Awaited<ReturnType<typeof measureEnding>>[] = []
      let nth = 1
      for (const sessions of counts) {
        for (const way of waysToEnd) {
          nth += 1
          say(`${way.name}, ${sessions.toLocaleString('en')} sessions`)
          rows.push(await measureEnding({ identity, gateway, nth, sessions, way }))
        }
      }
      const most = (pick: (row: (typeof rows)[number]) => number) => Math.max(...rows.map(pick))
      const answered = most((it) => it.answeredMs)
      const refused = most((it) => it.refusedMs)
      return [
        introduction(machine),
        table(
          head,
          rows.map((it) => [
            it.sessions.toLocaleString('en'),
            it.way,
            it.answeredMs,
            it.refusedMs,
            it.toldSeconds,
            it.beforeMib,
            it.mostMib,
          ]),
        ),
        `Slowest answer ${figure(answered)} ms, ${against('<= 300', answered <= 300)}. Last refusal after ${figure(refused)} ms, ${against('< 1000', refused < 1000)}.`,
      ].join('\n\n')
    } finally {
      await gateway.stop()
    }
  } finally {
    await stack.stop()
  }
}

const { values } = parseArgs({ options })
if (values.help) process.stdout.write(help)
else {
  const report = await measureAll(values.sessions.map(Number))
  process.stdout.write(`${report}\n`)
  const isWhole = process.argv.length === 2
  if (isWhole) writeFileSync(new URL('./results/endings.md', import.meta.url), `${report}\n`)
}
