import { heartbeatIntervalMs } from '@gatehouse/contracts'
import type { Publisher } from '@gatehouse/events'

/** A reading of the database's clock, and what was seen behind it. */
export type Reading = {
  stampMs: number
  /** Our monotonic clock just before the question was put: `sent_at` is then never too early. */
  askedAt: number
  /** Whether everything committed by `stampMs` has been confirmed by the broker. */
  drained: boolean
}

// Readings come as often as heartbeats are due, and each sends one, so that it carries the freshest `as_of`. Only where
// readings come thick and fast are some passed over, and only where one is late does the timer send what there is.
const leastGapMs = heartbeatIntervalMs * 0.5
const mostGapMs = heartbeatIntervalMs * 1.5

/** Tells how far the outbox was seen drained, also while it cannot be; not before it was for the first time. */
export const startRelayHeartbeat = (publisher: Pick<Publisher, 'publishHeartbeat'>) => {
  let asOf: number | null = null
  let last: Reading | null = null
  let beatAt = Number.NEGATIVE_INFINITY
  let timer: NodeJS.Timeout | undefined

  const beat = () => {
    clearTimeout(timer)
    timer = setTimeout(beat, mostGapMs)
    if (asOf === null || last === null) return
    const now = performance.now()
    if (publisher.publishHeartbeat({ as_of: asOf, sent_at: last.stampMs + (now - last.askedAt) })) beatAt = now
  }
  beat()

  return {
    note: (reading: Reading) => {
      last = reading
      if (reading.drained) asOf = reading.stampMs
      if (performance.now() - beatAt >= leastGapMs) beat()
    },
    stop: () => clearTimeout(timer),
  }
}
