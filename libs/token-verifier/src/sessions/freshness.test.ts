import { describe, expect, it } from 'vitest'
import { createFreshness } from './freshness.ts'

// The database's clock runs an hour ahead of ours, which counts from the start of the process.
const hour = 3_600_000

describe('freshness', () => {
  it('is unknown before a sample and before a heartbeat', () => {
    const freshness = createFreshness()
    expect(freshness.stalenessMs(1_000)).toBe(Number.POSITIVE_INFINITY)
    freshness.beat({ as_of: hour + 900, sent_at: hour + 950 })
    expect(freshness.stalenessMs(1_000)).toBe(Number.POSITIVE_INFINITY)
    freshness.sampled({ sentAt: 1_000, nowMs: hour + 1_000 })
    expect(freshness.stalenessMs(1_000)).toBeCloseTo(100)
  })

  it('counts the time that a heartbeat waited on its way', () => {
    const freshness = createFreshness()
    freshness.sampled({ sentAt: 1_000, nowMs: hour + 1_000 })
    // Sent a moment after the sample, delivered fifteen seconds later by a broker that was frozen.
    freshness.beat({ as_of: hour + 1_050, sent_at: hour + 1_100 })
    expect(freshness.stalenessMs(16_000)).toBeGreaterThan(14_900)
  })

  it('takes the round trip of the sample as age, never as freshness', () => {
    const freshness = createFreshness()
    // Identity read its clock 400 ms after we had asked.
    freshness.sampled({ sentAt: 1_000, nowMs: hour + 1_400 })
    freshness.beat({ as_of: hour + 1_500, sent_at: hour + 1_500 })
    expect(freshness.stalenessMs(1_500)).toBeCloseTo(400, 0)
  })

  it('adds drift with the age of the sample', () => {
    const freshness = createFreshness()
    freshness.sampled({ sentAt: 0, nowMs: hour })
    freshness.beat({ as_of: 2 * hour, sent_at: 2 * hour })
    expect(freshness.stalenessMs(hour)).toBeCloseTo(360, 0)
  })

  it('trusts nothing after the database stepped ahead, until the next sample', () => {
    const freshness = createFreshness()
    freshness.sampled({ sentAt: 0, nowMs: hour })
    freshness.beat({ as_of: hour + 60_000, sent_at: hour + 60_000 })
    expect(freshness.stalenessMs(1_000)).toBe(Number.POSITIVE_INFINITY)
    expect(freshness.stalenessMs(60_500), 'our clock has caught up').toBe(Number.POSITIVE_INFINITY)
    freshness.sampled({ sentAt: 1_000, nowMs: hour + 61_000 })
    expect(freshness.stalenessMs(1_000)).toBeLessThan(1_100)
  })
})
