import { describe, expect, it } from 'vitest'
import { createFreshness } from './freshness.ts'

// The database's clock is an hour ahead of the process' monotonic clock.
const hour = 3_600_000

describe('freshness', () => {
  it('is unknown before a sample and before a heartbeat', () => {
    const freshness = createFreshness()
    expect(freshness.stalenessMs(1_000)).toBe(Number.POSITIVE_INFINITY)
    freshness.heartbeat({ as_of: hour + 900, sent_at: hour + 950 })
    expect(freshness.stalenessMs(1_000)).toBe(Number.POSITIVE_INFINITY)
    freshness.clockSample({ sentAt: 1_000, nowMs: hour + 1_000 })
    expect(freshness.stalenessMs(1_000)).toBeCloseTo(100)
  })

  it('includes the time that a heartbeat spent in transit', () => {
    const freshness = createFreshness()
    freshness.clockSample({ sentAt: 1_000, nowMs: hour + 1_000 })
    // Sent a moment after the sample, delivered fifteen seconds later by a broker that was frozen.
    freshness.heartbeat({ as_of: hour + 1_050, sent_at: hour + 1_100 })
    expect(freshness.stalenessMs(16_000)).toBeGreaterThan(14_900)
  })

  it('counts the round trip of the sample as age', () => {
    const freshness = createFreshness()
    // Identity read its clock 400 ms after the look-up was sent.
    freshness.clockSample({ sentAt: 1_000, nowMs: hour + 1_400 })
    freshness.heartbeat({ as_of: hour + 1_500, sent_at: hour + 1_500 })
    expect(freshness.stalenessMs(1_500)).toBeCloseTo(400, 0)
  })

  it('adds drift with the age of the sample', () => {
    const freshness = createFreshness()
    freshness.clockSample({ sentAt: 0, nowMs: hour })
    freshness.heartbeat({ as_of: 2 * hour, sent_at: 2 * hour })
    expect(freshness.stalenessMs(hour)).toBeCloseTo(360, 0)
  })

  it('is unknown after the database clock stepped ahead, until the next sample', () => {
    const freshness = createFreshness()
    freshness.clockSample({ sentAt: 0, nowMs: hour })
    freshness.heartbeat({ as_of: hour + 60_000, sent_at: hour + 60_000 })
    expect(freshness.stalenessMs(1_000)).toBe(Number.POSITIVE_INFINITY)
    expect(freshness.stalenessMs(60_500), 'our clock has caught up').toBe(Number.POSITIVE_INFINITY)
    freshness.clockSample({ sentAt: 1_000, nowMs: hour + 61_000 })
    expect(freshness.stalenessMs(1_000)).toBeLessThan(1_100)
  })
})
