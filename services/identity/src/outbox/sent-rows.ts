import type { Outcome } from '@gatehouse/events'

type Row = { aggregateId: string }

/**
 * Rows that may be marked sent: confirmed, and not after a failed row of the same user. Resent events are then still in the
 * order of their versions.
 */
export const sentRows = <SomeRow extends Row>(rows: SomeRow[], outcomes: Outcome[]) => {
  const failed = new Set<string>()
  return rows.filter(({ aggregateId }, at) => {
    if (outcomes[at] !== 'confirmed') failed.add(aggregateId)
    return !failed.has(aggregateId)
  })
}
