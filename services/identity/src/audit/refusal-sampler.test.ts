import { describe, expect, it } from 'vitest'
import { createRefusalSampler } from './refusal-sampler.ts'

const told = (counts: (number | null)[]) => counts.filter((it) => it !== null)

describe('a sampler of refusals', () => {
  it('tells the first of each key, and of many the powers of two', () => {
    const sampler = createRefusalSampler(() => 0)
    expect(told(Array.from({ length: 10 }, () => sampler.count('a')))).toEqual([1, 2, 4, 8])
    expect(sampler.count('b')).toBe(1)
  })

  it('begins anew each minute', () => {
    let ms = 0
    const sampler = createRefusalSampler(() => ms)
    for (let nth = 0; nth < 5; nth += 1) sampler.count('a')
    expect(sampler.count('a')).toBeNull()
    ms = 60_000
    expect(sampler.count('a')).toBe(1)
  })

  it('tells of a flood under ever new keys no more than a few dozen lines', () => {
    const sampler = createRefusalSampler(() => 0)
    const counts = Array.from({ length: 100_000 }, (_, nth) => sampler.count(`key ${nth}`))
    expect(told(counts).length).toBeLessThan(80)
    expect(told(counts).at(-1)).toBe(65_536)
  })
})
