import { peakMemoryMib, residentMib } from '../harness/process-figures.ts'
import { table } from '../harness/report.ts'
import type { Identity } from '../harness/stack.ts'
import { openOutbox } from './outbox.ts'
import { userEvents } from './user-events.ts'

/** The backlog of an outage, published by an identity that has done nothing else. */
export const measureBacklog = async ({ identity, events }: { identity: Identity; events: number }) => {
  const outbox = await openOutbox(identity.ownerUrl)
  try {
    const before = residentMib(identity.pid)
    const seconds = await outbox.drain(userEvents(events))
    const peak = peakMemoryMib(identity.pid)
    return `## A backlog of ${events.toLocaleString('en')} events

Memory is that of the whole identity process, which runs the relay and does nothing else.

${table(
  ['events', 'seconds', 'events/s', 'resident before, MiB', 'peak, MiB', 'growth, MiB'],
  [[events.toLocaleString('en'), seconds, events / seconds, before, peak, peak - before]],
)}`
  } finally {
    await outbox.close()
  }
}
