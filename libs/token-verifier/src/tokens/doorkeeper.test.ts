import { describe, expect, it } from 'vitest'
import { createDoorkeeper } from './doorkeeper.ts'
import { digestOf } from './verified-tokens.ts'

const digests = (from: number, count: number) => Array.from({ length: count }, (_, nth) => digestOf(`${from + nth}`))

describe('a doorkeeper', () => {
  it('recognises a digest that it has seen', () => {
    const { seenBefore } = createDoorkeeper(4_000)
    const first = digests(0, 1_000)
    // Of 1,000 digests in 4,000 slots, one in five is overwritten by another.
    expect(first.filter(seenBefore)).toEqual([])
    expect(first.filter(seenBefore).length).toBeGreaterThan(700)
  })

  it('does not mistake other digests for it, and forgets old ones', () => {
    const { seenBefore } = createDoorkeeper(100)
    const first = digests(0, 50)
    first.forEach(seenBefore)
    expect(digests(1_000, 5_000).filter(seenBefore)).toEqual([])
    expect(first.filter(seenBefore)).toEqual([])
  })
})
