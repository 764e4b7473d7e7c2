import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Rotations, refreshOutcome, rotated } from './refresh-rule.ts'

const reuseMs = 10_000

/** A session and what is held of its tokens; the rule decides, nothing else does. */
const createWorld = () => {
  let rotations: Rotations = { refreshCounter: 0, recentRotations: [] }
  let now = 1_000_000
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
    /** @returns the refresh token of the answer, or null where it was refused */
    present: (token: number) => {
      if (isEnded) return null
      const outcome = refreshOutcome(rotations, token, new Date(now), reuseMs)
      if (outcome === 'reuse') {
        isEnded = true
        return null
      }
      if (outcome === 'rotate') {
        rotations = rotated(rotations, new Date(now), reuseMs)
        firstUsedAt.set(token, now)
      }
      return rotations.refreshCounter
    },
  }
}

describe('refresh tokens', () => {
  it('never sign out a client with parallel tabs and lost answers', () => {
    // Tabs share what is stored: each presents what the store holds when it starts, an answer that arrives is stored.
    const tab = fc.record({ startsAfterMs: fc.nat(20_000), tabs: fc.integer({ min: 1, max: 5 }), lost: fc.boolean() })
    fc.assert(
      fc.property(fc.array(tab, { maxLength: 60 }), (rounds) => {
        const world = createWorld()
        let stored = 0
        for (const { startsAfterMs, tabs, lost } of rounds) {
          world.wait(startsAfterMs)
          const held = stored
          for (let each = 0; each < tabs; each += 1) {
            const answer = world.present(held)
            expect(answer).not.toBeNull()
            if (!lost && answer !== null) stored = answer
          }
        }
      }),
    )
  })

  it('treat every presented token as the rule says, in any interleaving', () => {
    const step = fc.record({ waitMs: fc.nat(8_000), stepsBehind: fc.nat(6) })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const world = createWorld()
        for (const { waitMs, stepsBehind } of steps) {
          world.wait(waitMs)
          const current = world.current()
          const token = Math.max(0, current - stepsBehind)
          const wasEnded = world.isEnded()
          const usedAt = world.firstUsedAt(token)
          const answer = world.present(token)
          if (wasEnded) expect(answer).toBeNull()
          else if (token === current) expect(answer).toBe(current + 1)
          else if (token === current - 1 || world.now() - (usedAt ?? 0) < reuseMs) expect(answer).toBe(current)
          else expect(world.isEnded()).toBe(true)
        }
      }),
      { numRuns: 2_000 },
    )
  })

  it('keep no more rotations than the last seconds had', () => {
    let rotations: Rotations = { refreshCounter: 0, recentRotations: [] }
    for (let second = 0; second < 1_000; second += 1) rotations = rotated(rotations, new Date(second * 1_000), reuseMs)
    expect(rotations.recentRotations.length).toBeLessThanOrEqual(10)
  })
})
