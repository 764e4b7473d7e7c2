import type { GatehouseEvent, HistoryQuery } from '@gatehouse/contracts'
import { AppError } from '@gatehouse/service'
import type { EntityManager } from 'typeorm'

type Row = { purged: string; head: string | null; page: { position: number; event: GatehouseEvent }[] | null }

const historyGone = () =>
  new AppError(
    'gone',
    'history_gone',
    'Events behind this position have been purged. Read GET /events/snapshot, then go on after its `position`.',
  )

/** What the broker has been given, in that order, for as long as the outbox keeps it. */
export const historyIn = (manager: EntityManager) => ({
  /**
   * One statement, so that all of it is seen at one instant: an event that is not on the page and not behind it has not
   * got its position yet. @throws AppError `history_gone`
   */
  readPage: async ({ after, limit, types }: HistoryQuery) => {
    const [row]: [Row?] = await manager.query(
      `SELECT (SELECT position FROM outbox_purged) AS purged,
              (SELECT max(position) FROM outbox) AS head,
              (SELECT json_agg(json_build_object('position', position, 'event', payload) ORDER BY position)
                 FROM (SELECT position, payload FROM outbox
                        WHERE position > $1 AND ($2::text[] IS NULL OR type = ANY ($2))
                        ORDER BY position LIMIT $3) chosen) AS page`,
      [after, types ?? null, limit + 1],
    )
    if (!row || after < Number(row.purged)) throw historyGone()
    const found = row.page ?? []
    const events = found.slice(0, limit)
    const more = found.length > limit
    // Behind the last page lies only what was not asked for: who asks for rare types must not fall behind the purge.
    const next = more ? (events.at(-1)?.position ?? after) : Math.max(after, Number(row.head ?? 0))
    return { events, next, more }
  },

  /** The last position of all. */
  readHead: async () => {
    const [row]: [{ head: string }?] = await manager.query(
      'SELECT greatest((SELECT max(position) FROM outbox), (SELECT position FROM outbox_purged)) AS head',
    )
    return Number(row?.head ?? 0)
  },
})
export type History = ReturnType<typeof historyIn>
