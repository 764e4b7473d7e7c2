import type { Outcome } from '@gatehouse/events'

type Row = { aggregateId: string }

/**
 * Rows that may be marked sent: confirmed, and behind no failure of the same user. So what is sent again comes in the
 * order of its versions.
 */
export const sentRows = <SomeRow extends Row>(rows: SomeRow[], outcomes: Outcome[]) => {
  const broken = new Set<string>()
  return rows.filter(({ aggregateId }, at) => {
    if (outcomes[at] !== 'confirmed') broken.add(aggregateId)
    return !broken.has(aggregateId)
  })
}
