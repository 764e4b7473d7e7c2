import { describe, expect, it } from 'vitest'
import { createDoorkeeper } from './doorkeeper.ts'
import { digestOf } from './verified-tokens.ts'

const digests = (from: number, count: number) => Array.from({ length: count }, (_, nth) => digestOf(`${from + nth}`))

describe('a doorkeeper', () => {
  it('knows what comes again', () => {
    const { isBack } = createDoorkeeper(4_000)
    const guests = digests(0, 1_000)
    // Of 1,000 in 4,000 slots one in five loses its own to another one.
    expect(guests.filter(isBack)).toEqual([])
    expect(guests.filter(isBack).length).toBeGreaterThan(700)
  })

  it('does not take others for them, and forgets who was long ago', () => {
    const { isBack } = createDoorkeeper(100)
    const guests = digests(0, 50)
    guests.forEach(isBack)
    expect(digests(1_000, 5_000).filter(isBack)).toEqual([])
    expect(guests.filter(isBack)).toEqual([])
  })
})
