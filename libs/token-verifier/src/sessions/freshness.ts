import type { Heartbeat } from '@gatehouse/contracts'

/** Both clocks at one instant: when this process' clock showed `sentAt`, the database's showed at most `nowMs`. */
type ClockSample = { sentAt: number; nowMs: number }

// Two quartz clocks drift apart by less than this; the error of a sample grows with its age.
const driftPartsPerMillion = 100
// A staleness below this means that the database clock has stepped.
const steppedMs = -50

/**
 * How far the events received so far are behind the database, measured on the database's clock (decision 0001). All values are
 * milliseconds; `now` and `sentAt` are of this process' monotonic clock, the others of the database's clock.
 */
export const createFreshness = () => {
  let sample: ClockSample | null = null
  let asOfMs: number | null = null

  /** The monotonic instant up to which all events were received; -infinity when that is unknown. */
  const asOf = (now: number) => {
    if (sample === null || asOfMs === null) return Number.NEGATIVE_INFINITY
    const drift = (Math.max(0, now - sample.sentAt) * driftPartsPerMillion) / 1_000_000
    const instant = sample.sentAt + (asOfMs - sample.nowMs) - drift
    if (now - instant >= steppedMs) return instant
    // With this sample, old heartbeats would look fresh again once our clock has passed the step.
    sample = null
    return Number.NEGATIVE_INFINITY
  }

  return {
    /** Call for each heartbeat: all events up to its `as_of` have been applied. */
    heartbeat: (heartbeat: Heartbeat) => {
      asOfMs = heartbeat.as_of
    },
    /** Call for each answered look-up: sent at `sentAt`, answered with the database's clock. */
    clockSample: (taken: ClockSample) => {
      if (sample === null || taken.sentAt > sample.sentAt) sample = taken
    },
    /** Call for a new queue: the last heartbeat says nothing about it. */
    reset: () => {
      asOfMs = null
    },
    asOf,
    stalenessMs: (now: number) => now - asOf(now),
  }
}
export type Freshness = ReturnType<typeof createFreshness>
