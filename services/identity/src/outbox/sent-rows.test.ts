import { describe, expect, it } from 'vitest'
import { sentRows } from './sent-rows.ts'

const rows = [
  { seq: 1, aggregateId: 'ada' },
  { seq: 2, aggregateId: 'bob' },
  { seq: 3, aggregateId: 'ada' },
  { seq: 4, aggregateId: 'bob' },
  { seq: 5, aggregateId: 'ada' },
]
const seqs = (outcomes: Parameters<typeof sentRows>[1]) => sentRows(rows, outcomes).map((it) => it.seq)

describe('sentRows', () => {
  it('omits rows after a failure of the same user, but not those of others', () => {
    expect(seqs(['confirmed', 'confirmed', 'failed', 'confirmed', 'confirmed'])).toEqual([1, 2, 4])
    expect(seqs(['returned', 'confirmed', 'confirmed', 'failed', 'confirmed'])).toEqual([2])
  })

  it('treats a missing outcome as a failure', () => {
    expect(seqs(['confirmed', 'confirmed'])).toEqual([1, 2])
  })
})
