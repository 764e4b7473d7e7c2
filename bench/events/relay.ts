import { startAnswering } from '../harness/ask-process.ts'
import { waitForQuiet } from '../harness/machine.ts'
import { cpuSecondsOf } from '../harness/process-figures.ts'
import { median } from '../harness/quantiles.ts'
import { against, figure, table } from '../harness/report.ts'
import { say } from '../harness/say.ts'
import type { Identity } from '../harness/stack.ts'
import { openOutbox } from './outbox.ts'
import { inFlight } from './publish-raw.ts'
import type { RawPublisherQuestion, RawPublisherReply } from './raw-publisher.process.ts'
import { userEvents } from './user-events.ts'

type Needs = { identity: Identity; events: number; rounds: number }
type Measured = { perSecond: number; cpuMicros: number }

const rawFile = new URL('./raw-publisher.process.ts', import.meta.url)

/** Identity's relay publishes its outbox; then raw amqplib publishes the same bodies to the same exchange. */
export const measureRelay = async ({ identity, events, rounds }: Needs) => {
  const outbox = await openOutbox(identity.ownerUrl)
  const raw = startAnswering<RawPublisherQuestion, RawPublisherReply>(rawFile)
  const question = { brokerUrl: identity.vhost.identityUrl, databaseUrl: identity.ownerUrl, count: events }
  const measured = (seconds: number, cpuSeconds: number): Measured => ({
    perSecond: events / seconds,
    cpuMicros: (cpuSeconds * 1e6) / events,
  })
  const runRelay = async () => {
    const before = cpuSecondsOf(identity.pid)
    const seconds = await outbox.drain(userEvents(events))
    return measured(seconds, cpuSecondsOf(identity.pid) - before)
  }
  const runRaw = async () => {
    const { seconds, cpuSeconds } = await raw.ask(question)
    return measured(seconds, cpuSeconds)
  }
  try {
    const seen: { relay: Measured; raw: Measured }[] = []
    for (let round = 0; round <= rounds; round += 1) {
      await outbox.tidy()
      await waitForQuiet()
      const relay = await runRelay()
      const bare = await runRaw()
      // The first round is a warm-up.
      if (round === 0) continue
      say(`  relay ${figure(relay.perSecond)}/s, raw ${figure(bare.perSecond)}/s`)
      seen.push({ relay, raw: bare })
    }
    const of = (who: 'relay' | 'raw', what: keyof Measured) => median(seen.map((it) => it[who][what]))
    const ratio = median(seen.map(({ relay, raw: bare }) => relay.perSecond / bare.perSecond))
    const aim = against(`${ratio.toFixed(2)} >= 0.5`, ratio >= 0.5)
    const row = (name: string, who: 'relay' | 'raw', last: string) => [
      name,
      of(who, 'perSecond'),
      of(who, 'cpuMicros'),
      last,
    ]
    return `## Relay against raw publishing

${rounds} rounds of ${events.toLocaleString('en')} events. Raw is amqplib's confirm channel, persistent and mandatory, ${inFlight} in flight, with the same bodies to the
same exchange and stream; it reads and writes no table.

${table(
  ['', 'events/s', 'CPU µs an event', 'relay / raw'],
  [row("identity's relay, outbox to marked sent", 'relay', ''), row('raw amqplib, read to confirmed', 'raw', aim)],
)}`
  } finally {
    raw.stop()
    await outbox.close()
  }
}
