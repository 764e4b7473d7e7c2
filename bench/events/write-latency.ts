import { createHttpClient, expectStatus } from '../harness/http-client.ts'
import { waitForQuiet } from '../harness/machine.ts'
import { median, quantile } from '../harness/quantiles.ts'
import { figure, table } from '../harness/report.ts'
import { runLoad } from '../harness/run-load.ts'
import { say } from '../harness/say.ts'
import { signIn } from '../harness/sign-in.ts'
import type { Identity, Stack } from '../harness/stack.ts'
import { userIdOf } from '../harness/users.ts'
import { openOutbox } from './outbox.ts'

type Needs = { stack: Stack; identity: Identity; forMs: number; rounds: number }

const atOnce = 4
const warmUpMs = 1_000
const states = ['there', 'frozen', 'killed'] as const
type State = (typeof states)[number]

const openWriters = async (identity: Identity) => {
  const client = createHttpClient(identity.url, atOnce)
  const admin = await signIn(identity.url, 1)
  const headers = { authorization: admin.authorization }
  const isActive = Array.from({ length: atOnce }, () => true)
  // Each writer has its own user, so that none waits for another's row lock.
  const write = async (writer: number) => {
    const change = isActive[writer] ? 'deactivate' : 'activate'
    const path = `/users/${userIdOf(writer + 2)}/${change}`
    const answer = expectStatus(await client.call({ method: 'POST', path, headers }), 200)
    isActive[writer] = !isActive[writer]
    return answer
  }
  const run = async (forMs: number) => (await runLoad({ atOnce, forMs, call: write })).answers.map(({ ms }) => ms)
  return { run, close: client.close }
}

export const measureWriteLatency = async ({ stack, identity, forMs, rounds }: Needs) => {
  const { broker } = stack
  const leave = { there: async () => {}, frozen: broker.pause, killed: broker.kill }
  const come = { there: async () => {}, frozen: broker.unpause, killed: broker.start }
  const outbox = await openOutbox(identity.ownerUrl)
  const writers = await openWriters(identity)
  const seen: Record<State, number[][]> = { there: [], frozen: [], killed: [] }
  try {
    await writers.run(warmUpMs)
    for (let round = 0; round < rounds; round += 1) {
      for (const state of states) {
        // Events written while the broker was away are delivered first.
        await outbox.untilDrained()
        await waitForQuiet()
        await leave[state]()
        try {
          const samples = await writers.run(forMs)
          say(`  broker ${state}: p50 ${figure(median(samples))} ms, p99 ${figure(quantile(samples, 0.99))} ms`)
          seen[state].push(samples)
        } finally {
          await come[state]()
        }
      }
    }
    const of = (state: State, share: number) => quantile(seen[state].flat(), share)
    // Compared within a round, because the speed of the machine changes.
    const ratio = (state: State, share: number) =>
      median(seen[state].map((it, round) => quantile(it, share) / quantile(seen.there[round] ?? [], share)))
    const rows = states.map((state) => [
      state,
      seen[state].flat().length,
      of(state, 0.5),
      of(state, 0.99),
      ...(state === 'there' ? ['', ''] : [ratio(state, 0.5).toFixed(2), ratio(state, 0.99).toFixed(2)]),
    ])
    return `## Writing while the broker is away

\`POST /users/{id}/deactivate\` and \`/activate\` in turns, ${atOnce} writers with a user each, ${rounds} rounds of ${forMs / 1000} s
of each state of the broker. Frozen: connections stay open and silent.

${table(['broker', 'writes', 'p50 ms', 'p99 ms', 'p50 / there', 'p99 / there'], rows)}`
  } finally {
    writers.close()
    await outbox.close()
  }
}
