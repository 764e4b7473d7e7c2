import { eventsExchange } from '@gatehouse/contracts'
import { subscribe } from '@gatehouse/events'
import { eventually } from '@gatehouse/testkit'
import { type ConfirmChannel, connect } from 'amqplib'
import { startAnswering } from '../harness/ask-process.ts'
import { waitForQuiet } from '../harness/machine.ts'
import { cpuSecondsOf } from '../harness/process-figures.ts'
import { median } from '../harness/quantiles.ts'
import { against, figure, table } from '../harness/report.ts'
import { say } from '../harness/say.ts'
import type { Stack } from '../harness/stack.ts'
import { type ConsumerQuestion, type ConsumerReply, prefetch } from './consuming.ts'
import { publishRaw } from './publish-raw.ts'
import { userEvents } from './user-events.ts'

type Needs = { stack: Stack; events: number; rounds: number }
type Measured = { perSecond: number; cpuMicros: number }

const kitQueue = 'bench.kit'
const bareQueue = 'bench.bare'
const type = 'user.updated.v1'

/** Lets the kit declare its queue before anything is published. */
const declareQueues = async (url: string, channel: ConfirmChannel) => {
  await channel.assertExchange(eventsExchange, 'topic', { durable: true })
  await channel.assertQueue(bareQueue, { durable: true, arguments: { 'x-queue-type': 'quorum' } })
  await channel.bindQueue(bareQueue, eventsExchange, type)
  const subscription = subscribe({ url, queue: kitQueue, events: [type], handler: async () => {} })
  const expectConnected = () => {
    if (!subscription.state().connected) throw new Error(`no subscription: ${subscription.state().lastError}`)
  }
  try {
    await eventually(expectConnected)
  } finally {
    await subscription.stop()
  }
}

/** Both queues get the same messages before either is consumed. */
export const measureSubscriber = async ({ stack, events, rounds }: Needs) => {
  const { url } = await stack.createVhost()
  const connection = await connect(url, { noDelay: true })
  const channel = await connection.createConfirmChannel()
  await declareQueues(url, channel)
  const start = (file: URL, queue: string) => {
    const consumer = startAnswering<ConsumerQuestion, ConsumerReply>(file)
    const run = async (): Promise<Measured> => {
      const before = cpuSecondsOf(consumer.pid)
      const { seconds } = await consumer.ask({ url, queue, count: events })
      const cpuMicros = ((cpuSecondsOf(consumer.pid) - before) * 1e6) / events
      return { perSecond: events / seconds, cpuMicros }
    }
    return { run, stop: consumer.stop }
  }
  const kit = start(new URL('./kit.process.ts', import.meta.url), kitQueue)
  const bare = start(new URL('./bare-consumer.process.ts', import.meta.url), bareQueue)
  try {
    const messages = userEvents(events).map((it) => ({ id: it.id, type, body: JSON.stringify(it) }))
    const seen: { kit: Measured; bare: Measured }[] = []
    for (let round = 0; round <= rounds; round += 1) {
      await publishRaw(channel, messages)
      await waitForQuiet()
      // In alternating order.
      const order = round % 2 === 0 ? [kit, bare] : [bare, kit]
      const measured = new Map<typeof kit, Measured>()
      for (const it of order) measured.set(it, await it.run())
      const both = { kit: measured.get(kit) as Measured, bare: measured.get(bare) as Measured }
      // The first round is a warm-up.
      if (round === 0) continue
      say(`  kit ${figure(both.kit.perSecond)}/s, bare ${figure(both.bare.perSecond)}/s`)
      seen.push(both)
    }
    const of = (who: 'kit' | 'bare', what: keyof Measured) => median(seen.map((it) => it[who][what]))
    const ratio = median(seen.map((it) => it.kit.perSecond / it.bare.perSecond))
    const aim = against(`${ratio.toFixed(2)} >= 0.7`, ratio >= 0.7)
    const row = (name: string, who: 'kit' | 'bare', last: string) => [
      name,
      of(who, 'perSecond'),
      of(who, 'cpuMicros'),
      last,
    ]
    return `## Subscriber kit against a bare consumer

${rounds} rounds of ${events.toLocaleString('en')} events in a quorum queue each, prefetch ${prefetch}, an ack for each. The kit parses and validates each
event and calls a handler that does nothing; the bare consumer ignores the body.

${table(
  ['', 'events/s', 'CPU µs an event', 'kit / bare'],
  [row('`subscribe`', 'kit', ''), row('bare amqplib consumer', 'bare', aim)],
)}`
  } finally {
    kit.stop()
    bare.stop()
    await connection.close()
  }
}
