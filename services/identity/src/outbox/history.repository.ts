import type { GatehouseEvent, HistoryQuery } from '@gatehouse/contracts'
import { AppError } from '@gatehouse/service'
import type { EntityManager } from 'typeorm'

type Row = {
  purged: string
  upto: string | null
  head: string | null
  page: { position: number; event: GatehouseEvent }[] | null
}

// Rows scanned for one page. Filtering for rare types may take several pages, but each is fast.
const maxScannedRows = 20_000

const historyGone = () =>
  new AppError(
    'gone',
    'history_gone',
    'Events after this position have been purged. Read GET /events/snapshot, then continue from its `position`.',
  )

/** SQL for the history: the published events in their order of publication, as long as the outbox keeps them. */
export const historyIn = (manager: EntityManager) => ({
  /**
   * One statement reads a consistent snapshot: an event that is neither on the page nor after it has no position yet.
   * @throws AppError `history_gone`
   */
  readPage: async ({ after, limit, types }: HistoryQuery) => {
    const [row]: [Row?] = await manager.query(
      `WITH near AS (
         SELECT max(position) AS upto
           FROM (SELECT position FROM outbox WHERE position > $1 ORDER BY position LIMIT $4) next)
       SELECT (SELECT position FROM outbox_purged) AS purged,
              (SELECT upto FROM near) AS upto,
              (SELECT max(position) FROM outbox) AS head,
              (SELECT json_agg(json_build_object('position', position, 'event', payload) ORDER BY position)
                 FROM (SELECT position, payload FROM outbox
                        WHERE position > $1 AND position <= (SELECT upto FROM near)
                          AND ($2::text[] IS NULL OR type = ANY ($2))
                        ORDER BY position LIMIT $3) chosen) AS page`,
      [after, types ?? null, limit + 1, maxScannedRows],
    )
    if (!row || after < Number(row.purged)) throw historyGone()
    const found = row.page ?? []
    const events = found.slice(0, limit)
    const last = events.at(-1)
    if (last && found.length > limit) return { events, next: last.position, more: true }
    // Advance past rows of other types, so that a reader of rare types does not fall behind the purge.
    const next = Number(row.upto ?? after)
    return { events, next, more: next < Number(row.head ?? 0) }
  },

  /** The highest position. */
  readHead: async () => {
    const [row]: [{ head: string }?] = await manager.query(
      'SELECT greatest((SELECT max(position) FROM outbox), (SELECT position FROM outbox_purged)) AS head',
    )
    return Number(row?.head ?? 0)
  },
})
export type History = ReturnType<typeof historyIn>
