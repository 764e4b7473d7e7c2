import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lateRepeat, noRotations, type Rotations, refreshOutcome, repeatedLate, rotated } from './refresh-rule.ts'

const reuseMs = 10_000

/** Simulates a session whose refreshes follow the rule. */
const createWorld = () => {
  let rotations = noRotations
  let now = 1_000_000_000
  let isEnded = false
  const firstUsedAt = new Map<number, number>()
  return {
    wait: (ms: number) => {
      now += ms
    },
    current: () => rotations.refreshCounter,
    isEnded: () => isEnded,
    firstUsedAt: (token: number) => firstUsedAt.get(token),
    now: () => now,
    /** @returns the number of the returned token, or null if it was refused */
    present: (token: number) => {
      if (isEnded) return null
      const outcome = refreshOutcome(rotations, token, new Date(now), reuseMs)
      if (outcome === 'reuse') {
        isEnded = true
        return null
      }
      if (outcome === 'late_repeat') rotations = { ...rotations, ...repeatedLate(rotations) }
      if (outcome === 'rotate') {
        rotations = rotated(rotations, new Date(now), reuseMs)
        firstUsedAt.set(token, now)
      }
      return rotations.refreshCounter
    },
  }
}

describe('refresh tokens', () => {
  it('never sign out a client with parallel tabs that repeats requests with lost responses in time', () => {
    // Tabs share a store, and each presents the stored token when it starts. All responses of a round may be lost; the client
    // then retries at once, or up to three times within five minutes.
    const round = fc.record({
      startsAfterMs: fc.nat(8 * 3_600_000),
      tabs: fc.integer({ min: 1, max: 20 }),
      lost: fc.boolean(),
      triesAgainAfterMs: fc.array(fc.integer({ min: 0, max: 99_999 }), { minLength: 1, maxLength: 3 }),
    })
    fc.assert(
      fc.property(fc.array(round, { maxLength: 30 }), (rounds) => {
        const world = createWorld()
        let stored = 0
        for (const { startsAfterMs, tabs, lost, triesAgainAfterMs } of rounds) {
          world.wait(startsAfterMs)
          const answers = Array.from({ length: tabs }, () => world.present(stored))
          if (lost) {
            for (const ms of triesAgainAfterMs) {
              world.wait(ms)
              answers.push(world.present(stored))
            }
          }
          expect(answers).not.toContain(null)
          stored = answers.at(-1) ?? stored
        }
      }),
    )
  })

  it('follow the rule in any order of presented tokens', () => {
    const step = fc.record({
      waitMs: fc.oneof(fc.nat(8_000), fc.nat(120_000), fc.constantFrom(reuseMs - 1, reuseMs, lateRepeat.withinMs)),
      stepsBehind: fc.oneof(fc.nat(6), fc.constant(1)),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const world = createWorld()
        let late = 0
        for (const { waitMs, stepsBehind } of steps) {
          world.wait(waitMs)
          const current = world.current()
          const token = Math.max(0, current - stepsBehind)
          const wasEnded = world.isEnded()
          const ageMs = world.now() - (world.firstUsedAt(token) ?? world.now())
          const answer = world.present(token)
          if (wasEnded) {
            expect(answer).toBeNull()
          } else if (token === current) {
            expect(answer).toBe(current + 1)
            late = 0
          } else if (ageMs < reuseMs) {
            expect(answer, 'a parallel tab').toBe(current)
          } else if (token === current - 1 && ageMs < lateRepeat.withinMs && late < lateRepeat.maxCount) {
            expect(answer, 'a lost answer').toBe(current)
            late += 1
          } else {
            expect(answer).toBeNull()
            expect(world.isEnded()).toBe(true)
          }
        }
      }),
      { numRuns: 2_000 },
    )
  })

  it('that were used return a limited number of pairs after the window, in any order', () => {
    const step = fc.record({ waitMs: fc.nat(400_000), isOld: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
        const world = createWorld()
        const given = new Map<number, number>()
        for (const { waitMs, isOld } of steps) {
          world.wait(waitMs)
          const token = world.current() - (isOld ? 1 : 0)
          const usedAt = world.firstUsedAt(token)
          const answer = world.present(token)
          if (usedAt === undefined || answer === null || world.now() - usedAt < reuseMs) continue
          given.set(token, (given.get(token) ?? 0) + 1)
          expect(given.get(token)).toBeLessThanOrEqual(3)
        }
      }),
    )
  })

  it('do not use up the late repeats of a later rotation', () => {
    // A replica of the previous release rotates without resetting the count.
    const used: Rotations = { ...noRotations, refreshCounter: 5, lateRepeats: 3, lateRepeatsCounter: 4 }
    const usedAt = new Date(1_000_000)
    const late = new Date(usedAt.getTime() + reuseMs)
    expect(refreshOutcome({ ...used, recentRotations: [usedAt] }, 4, late, reuseMs)).toBe('late_repeat')
    expect(repeatedLate(used)).toEqual({ lateRepeats: 1, lateRepeatsCounter: 5 })
  })

  it('that were never issued, as after restoring a backup, end the session', () => {
    const now = new Date(1_000_000)
    const rotations = { ...noRotations, refreshCounter: 5, recentRotations: [now, now, now] }
    for (const ahead of [1, 2, 3]) expect(refreshOutcome(rotations, 5 + ahead, now, reuseMs)).toBe('reuse')
  })

  it('have no longer window after a clock was set back', () => {
    const rotations = rotated(noRotations, new Date(3_600_000), reuseMs)
    expect(refreshOutcome(rotations, 0, new Date(3_599_000), reuseMs)).toBe('repeat')
    expect(refreshOutcome(rotations, 0, new Date(0), reuseMs)).toBe('reuse')
    // The older rotation is within the window again, and the newer one is not. They must not be confused.
    const twice = rotated({ ...rotations, recentRotations: [new Date(0), new Date(3_600_000)] }, new Date(1), reuseMs)
    expect(twice.recentRotations).toEqual([new Date(1)])
  })

  it('keep only the rotations of the last seconds', () => {
    let rotations: Rotations = noRotations
    for (let second = 0; second < 1_000; second += 1) rotations = rotated(rotations, new Date(second * 1_000), reuseMs)
    expect(rotations.recentRotations.length).toBeLessThanOrEqual(10)
  })
})
