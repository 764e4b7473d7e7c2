import type { Heartbeat } from '@gatehouse/contracts'

/** Ours and the database's clock at one instant: the database's was not before `nowMs` when ours showed `sentAt`. */
type Sample = { sentAt: number; nowMs: number }

// Two quartz clocks drift apart by less than this, so a sample's error grows by it with age.
const driftPartsPerMillion = 100
// Asked and answered take this long at the most where all is well; beyond, the database's clock was set back or forth.
const steppedMs = -50

/**
 * How far what we know lies behind the database, by one clock (decision 0001). All arguments and results are
 * milliseconds; `now` and `sentAt` are of this process' monotonic clock, the rest of the database's.
 */
export const createFreshness = () => {
  let sample: Sample | null = null
  let asOfMs: number | null = null

  /** The monotonic instant that `asOfMs` was, at the latest; -infinity where nobody can tell. */
  const asOf = (now: number) => {
    if (sample === null || asOfMs === null) return Number.NEGATIVE_INFINITY
    const drift = (Math.max(0, now - sample.sentAt) * driftPartsPerMillion) / 1_000_000
    const instant = sample.sentAt + (asOfMs - sample.nowMs) - drift
    if (now - instant >= steppedMs) return instant
    // Kept, it would have old heartbeats look fresh again once our clock has caught up with the step.
    sample = null
    return Number.NEGATIVE_INFINITY
  }

  return {
    /** A heartbeat arrived: all events up to its `as_of` have been applied. */
    beat: (heartbeat: Heartbeat) => {
      asOfMs = heartbeat.as_of
    },
    /** A look-up sent at `sentAt` was answered with the database's clock. */
    sampled: (taken: Sample) => {
      if (sample === null || taken.sentAt > sample.sentAt) sample = taken
    },
    /** The queue is a new one: what the last heartbeat told does not hold for it. */
    forget: () => {
      asOfMs = null
    },
    asOf,
    stalenessMs: (now: number) => now - asOf(now),
  }
}
export type Freshness = ReturnType<typeof createFreshness>
