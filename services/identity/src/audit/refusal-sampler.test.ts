import { describe, expect, it } from 'vitest'
import { createRefusalSampler } from './refusal-sampler.ts'

const recorded = (counts: (number | null)[]) => counts.filter((it) => it !== null)

describe('the refusal sampler', () => {
  it('records the first refusal of each key, and then the powers of two', () => {
    const sampler = createRefusalSampler(() => 0)
    expect(recorded(Array.from({ length: 10 }, () => sampler.count('a')))).toEqual([1, 2, 4, 8])
    expect(sampler.count('b')).toBe(1)
  })

  it('starts over each minute', () => {
    let ms = 0
    const sampler = createRefusalSampler(() => ms)
    for (let nth = 0; nth < 5; nth += 1) sampler.count('a')
    expect(sampler.count('a')).toBeNull()
    ms = 60_000
    expect(sampler.count('a')).toBe(1)
  })

  it('records a flood of new keys in a few dozen entries', () => {
    const sampler = createRefusalSampler(() => 0)
    const counts = Array.from({ length: 100_000 }, (_, nth) => sampler.count(`key ${nth}`))
    expect(recorded(counts).length).toBeLessThan(80)
    expect(recorded(counts).at(-1)).toBe(65_536)
  })
})
