import { describe, expect, it } from 'vitest'
import { type Limit, limits, waitsOf } from './throttle-rule.ts'

const hour = 3600

/** Simulates a counter of the database. @returns whether an attempt at this second is allowed */
const openCounter = (limit: Limit) => {
  const waits = waitsOf(limit)
  let failures = 0
  let blockedUntil = 0
  let lastFailureAt = Number.NEGATIVE_INFINITY
  return (second: number) => {
    if (second < blockedUntil) return false
    failures = second - lastFailureAt > hour ? 1 : failures + 1
    const beyond = failures - limit.free - 1
    blockedUntil = beyond < 0 ? second : second + (waits[beyond] ?? waits.at(-1) ?? 0)
    lastFailureAt = second
    return true
  }
}

/** Pseudorandom numbers from 0 to 1 (mulberry32). */
const openRandom = (seed: number) => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Maximum guesses in the first hour: the free ones, one per doubling, and then one per longest wait. */
const maxInAnHour = (limit: Limit) => {
  const waits = waitsOf(limit)
  const doubling = waits.reduce((sum, it) => sum + it, 0)
  return limit.free + waits.length + 1 + Math.max(0, Math.floor((hour - doubling) / limit.maxSeconds))
}

const all: [string, Limit][] = Object.entries(limits).flatMap(([name, it]) =>
  'free' in it ? [[name, it] as [string, Limit]] : it.map((tier, at): [string, Limit] => [`${name} ${at}`, tier]),
)

describe('the throttle rule', () => {
  it.each(all)('for %s doubles the wait from one second up to the maximum', (_name, limit) => {
    const waits = waitsOf(limit)
    expect(waits[0]).toBe(1)
    expect(waits.at(-1)).toBe(limit.maxSeconds)
    for (const [at, wait] of waits.slice(1).entries()) expect(wait).toBeLessThanOrEqual(2 * (waits[at] ?? 0))
  })

  it.each(all)('for %s limits the guesses in an hour, and always allows one after the longest wait', (_name, limit) => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const random = openRandom(seed)
      const isAllowed = openCounter(limit)
      const meanGap = 10 ** (random() * 3 - 1)
      let last = 0
      let count = 0
      let longest = 0
      for (let second = 0; second < hour; second += random() * 2 * meanGap) {
        if (isAllowed(second)) {
          count += 1
          last = second
        } else longest = Math.max(longest, second - last)
      }
      expect(longest, `seed ${seed}`).toBeLessThan(limit.maxSeconds)
      expect(count, `seed ${seed}`).toBeLessThanOrEqual(maxInAnHour(limit))
    }
  })

  it('allows the guesses per account and hour that decision 0012 states', () => {
    expect({
      oneStranger: maxInAnHour(limits.pair),
      crowd: maxInAnHour(limits.account),
      behindTheOwnersAddress: maxInAnHour(limits.knownNetwork),
      asTheOwnersDevice: maxInAnHour(limits.knownDevice),
      strangersAtOneNetwork: limits.networks.map(maxInAnHour),
    }).toEqual({
      oneStranger: 18,
      crowd: 224,
      behindTheOwnersAddress: 134,
      asTheOwnersDevice: 383,
      strangersAtOneNetwork: [174, 324, 624],
    })
  })
})
