import { heartbeatIntervalMs } from '@gatehouse/contracts'
import type { Publisher } from '@gatehouse/events'

/** The database's clock, and whether the outbox was drained at that time. */
export type Reading = {
  stampMs: number
  /** Our monotonic clock just before the database's clock was read, so that `sent_at` is never too early. */
  requestedAt: number
  /** Whether the broker has confirmed everything committed by `stampMs`. */
  drained: boolean
}

// Each reading sends a heartbeat with the newest `as_of`, unless the last one was sent less than `minGapMs` ago. If a reading
// is late, a timer repeats the heartbeat after `maxGapMs`.
const minGapMs = heartbeatIntervalMs * 0.5
const maxGapMs = heartbeatIntervalMs * 1.5

/**
 * Publishes until when the outbox was drained, also while it cannot be drained; starts once it was drained for the first
 * time.
 */
export const startRelayHeartbeat = (publisher: Pick<Publisher, 'publishHeartbeat'>) => {
  let asOf: number | null = null
  let last: Reading | null = null
  let beatAt = Number.NEGATIVE_INFINITY
  let timer: NodeJS.Timeout | undefined

  const beat = () => {
    clearTimeout(timer)
    timer = setTimeout(beat, maxGapMs)
    if (asOf === null || last === null) return
    const now = performance.now()
    if (publisher.publishHeartbeat({ as_of: asOf, sent_at: last.stampMs + (now - last.requestedAt) })) beatAt = now
  }
  beat()

  return {
    record: (reading: Reading) => {
      last = reading
      if (reading.drained) asOf = reading.stampMs
      if (performance.now() - beatAt >= minGapMs) beat()
    },
    stop: () => clearTimeout(timer),
  }
}
