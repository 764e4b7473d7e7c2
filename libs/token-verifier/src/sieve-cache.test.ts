import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSieveCache } from './sieve-cache.ts'

const aValue = (of = '') => ({ of, used: false })

describe('a full sieve cache', () => {
  it('keeps what is used, and drops the oldest of the rest', () => {
    const dropped: string[] = []
    const cache = createSieveCache<ReturnType<typeof aValue>>(3, (value) => dropped.push(value.of))
    for (const key of ['a', 'b', 'c']) cache.set(key, aValue(key))
    cache.get('a')
    cache.peek('b')
    cache.set('d', aValue('d'))
    cache.set('e', aValue('e'))
    expect(dropped).toEqual(['b', 'c'])
    expect(['a', 'd', 'e'].map((key) => cache.peek(key)?.of)).toEqual(['a', 'd', 'e'])
  })

  it('drops what is used no more', () => {
    const cache = createSieveCache(2)
    cache.set('a', aValue())
    cache.get('a')
    for (const key of ['b', 'c', 'd', 'e']) cache.set(key, aValue())
    expect(cache.peek('a')).toBeUndefined()
  })

  it('replaces without dropping anything', () => {
    const dropped: unknown[] = []
    const cache = createSieveCache(2, (value) => dropped.push(value))
    for (const key of ['a', 'b', 'a', 'b']) cache.set(key, aValue(key))
    expect([cache.size(), dropped]).toEqual([2, []])
  })

  it('never holds more than it may, nor loses what it says it has not dropped', () => {
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
