import { describe, expect, it } from 'vitest'
import { verdictOf } from './verdict.ts'

const event = (id: string, sequence: number, subject = 'ada') => ({ id, subject, sequence })
const fine = { written: ['a', 'b'], arrivals: [event('a', 1), event('b', 2)], effects: ['a', 'b'], unsent: 0 }
const nothing = { lost: 0, doneTwice: 0, duplicates: 0, outOfOrder: 0, unsent: 0 }

describe('the verdict', () => {
  it('finds nothing where nothing is wrong', () => {
    expect(verdictOf(fine)).toEqual(nothing)
  })
  it('counts what comes again, which may be older than what came last', () => {
    const arrivals = [event('a', 1), event('b', 2), event('a', 1), event('b', 2)]
    expect(verdictOf({ ...fine, arrivals })).toEqual({ ...nothing, duplicates: 2 })
  })
  it('finds an event of which nothing came, one done twice, one that was overtaken, one not marked', () => {
    expect(verdictOf({ ...fine, effects: ['a'] })).toEqual({ ...nothing, lost: 1 })
    expect(verdictOf({ ...fine, effects: ['a', 'b', 'b'] })).toEqual({ ...nothing, doneTwice: 1 })
    expect(verdictOf({ ...fine, arrivals: fine.arrivals.toReversed() })).toEqual({ ...nothing, outOfOrder: 1 })
    expect(verdictOf({ ...fine, unsent: 1 })).toEqual({ ...nothing, unsent: 1 })
  })
  it('knows one user from another', () => {
    const arrivals = [event('b', 2), event('a', 1, 'bob')]
    expect(verdictOf({ ...fine, arrivals })).toEqual(nothing)
  })
})
