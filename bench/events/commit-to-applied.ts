import { setTimeout as delay } from 'node:timers/promises'
import { startEventConsumer } from '@gatehouse/events'
import { createLog } from '@gatehouse/service'
import { eventually } from '@gatehouse/testkit'
import { waitForQuiet } from '../harness/machine.ts'
import { median, quantile } from '../harness/quantiles.ts'
import { against, figure, table } from '../harness/report.ts'
import { say } from '../harness/say.ts'
import type { Identity } from '../harness/stack.ts'
import { openOutbox } from './outbox.ts'
import { openRawRoundTrip } from './raw-round-trip.ts'
import { userEvents } from './user-events.ts'

type Needs = { identity: Identity; forMs: number; rounds: number }
type Samples = { applied: number[]; raw: number[] }

const mostPauseMs = 10
const warmUpMs = 1_000

/** A consumer like the gateway's, which reports when an event was applied. */
const startApplying = (url: string) => {
  let waiting = { id: '', applied: (_at: number) => {} }
  let isBound = false
  const consumer = startEventConsumer({
    url,
    name: 'bench gateway',
    log: createLog('bench', 'warn'),
    queuePrefix: 'gateway.bench',
    onEvent: ({ id }) => {
      if (id === waiting.id) waiting.applied(performance.now())
    },
    onHeartbeat: () => {},
    onBound: () => {
      isBound = true
    },
  })
  return {
    untilBound: () => eventually(() => isBound || Promise.reject(new Error('the consumer has no queue'))),
    applied: (id: string) =>
      new Promise<number>((resolve) => {
        waiting = { id, applied: resolve }
      }),
    stop: consumer.stop,
  }
}

/** One change at a time, then one raw message, at irregular intervals, so that they do not align with polling. */
const takeSamples = async (forMs: number, relayed: () => Promise<number>, raw: () => Promise<number>) => {
  const samples: Samples = { applied: [], raw: [] }
  const endAt = performance.now() + forMs
  while (performance.now() < endAt) {
    samples.applied.push(await relayed())
    await delay(Math.random() * mostPauseMs)
    samples.raw.push(await raw())
    await delay(Math.random() * mostPauseMs)
  }
  return samples
}

export const measureCommitToApplied = async ({ identity: { ownerUrl, vhost }, forMs, rounds }: Needs) => {
  const outbox = await openOutbox(ownerUrl)
  const gateway = startApplying(vhost.gatewayUrl)
  await gateway.untilBound()
  const raw = await openRawRoundTrip(vhost)
  let nth = 0
  const nextEvent = () => userEvents(1, nth++)[0] as ReturnType<typeof userEvents>[number]
  const relayed = async () => {
    const event = nextEvent()
    const applied = gateway.applied(event.id)
    const committedAt = await outbox.append([event])
    return (await applied) - committedAt
  }
  const bypass = () => raw.roundTrip(nextEvent())
  try {
    await outbox.tidy()
    await takeSamples(warmUpMs, relayed, bypass)
    const seen: Samples[] = []
    for (let round = 0; round < rounds; round += 1) {
      await waitForQuiet()
      const samples = await takeSamples(forMs, relayed, bypass)
      say(`  p50 ${figure(median(samples.applied))} ms, raw ${figure(median(samples.raw))} ms`)
      seen.push(samples)
    }
    const applied = seen.flatMap((it) => it.applied)
    const bare = seen.flatMap((it) => it.raw)
    const rows = [0.5, 0.99].map((share) => {
      const [ours, theirs] = [quantile(applied, share), quantile(bare, share)]
      const ratio = ours / theirs
      return [`p${share * 100}`, ours, theirs, against(`${ratio.toFixed(2)} <= 5`, ratio <= 5)]
    })
    return `## From the commit to the gateway

${applied.length} changes, one at a time, each followed by a raw message: from sending the commit, through notify, relay and broker,
until a consumer like the gateway's has parsed and applied the event. Raw: from publishing the same kind of body with amqplib, to the same
exchange and queues, until a bare consumer has it.

${table(['', 'commit to applied, ms', 'raw publish to consume, ms', 'ratio'], rows)}`
  } finally {
    await raw.close()
    await gateway.stop()
    await outbox.close()
  }
}
