import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSieveCache } from './sieve-cache.ts'

const aValue = (of = '') => ({ of, used: false })

describe('a full sieve cache', () => {
  it('keeps used entries and evicts the oldest others', () => {
    const evicted: string[] = []
    const cache = createSieveCache<ReturnType<typeof aValue>>(3, (value) => evicted.push(value.of))
    for (const key of ['a', 'b', 'c']) cache.set(key, aValue(key))
    cache.get('a')
    cache.peek('b')
    cache.set('d', aValue('d'))
    cache.set('e', aValue('e'))
    expect(evicted).toEqual(['b', 'c'])
    expect(['a', 'd', 'e'].map((key) => cache.peek(key)?.of)).toEqual(['a', 'd', 'e'])
  })

  it('evicts an entry that is no longer used', () => {
    const cache = createSieveCache(2)
    cache.set('a', aValue())
    cache.get('a')
    for (const key of ['b', 'c', 'd', 'e']) cache.set(key, aValue())
    expect(cache.peek('a')).toBeUndefined()
  })

  it('replaces a value without evicting another', () => {
    const evicted: unknown[] = []
    const cache = createSieveCache(2, (value) => evicted.push(value))
    for (const key of ['a', 'b', 'a', 'b']) cache.set(key, aValue(key))
    expect([cache.size(), evicted]).toEqual([2, []])
  })

  it('begins at the oldest entry again once the hand has passed all that were there', () => {
    const cache = createSieveCache(2)
    for (const key of ['a', 'b', 'c', 'd']) cache.set(key, aValue())
    cache.get('c')
    cache.set('e', aValue())
    expect([cache.peek('c'), cache.peek('d')]).toEqual([expect.anything(), undefined])
  })

  it('never exceeds its size, and reports every eviction', () => {
    const step = fc.record({ set: fc.boolean(), key: fc.integer({ min: 0, max: 9 }).map(String) })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.array(step, { maxLength: 200 }), (maxSize, steps) => {
        const held = new Map<string, ReturnType<typeof aValue>>()
        const cache = createSieveCache<ReturnType<typeof aValue>>(maxSize, (value) => held.delete(value.of))
        for (const { set, key } of steps) {
          if (set) {
            const value = aValue(key)
            cache.set(key, value)
            held.set(key, value)
          } else expect(cache.get(key)).toBe(held.get(key))
          expect(cache.size()).toBe(held.size)
          expect(held.size).toBeLessThanOrEqual(maxSize)
        }
      }),
    )
  })
})
