import type { QueryResult, QueryResultRow } from 'pg'

export type UnsentRow = { seq: string; id: string; aggregateId: string; type: string; body: string }

type Query = <Row extends QueryResultRow>(sql: string, values?: unknown[]) => Promise<QueryResult<Row>>

const batchSize = 500
const purgeSize = 1_000
const backlogLimit = 100_000
const retention = '7 days'

/** What the leader does to the outbox, on the connection that holds its lock. */
export const unsentIn = (query: Query) => ({
  /**
   * Unsent rows in order, and the database's clock from before they were read: unless the batch is full, everything
   * committed by `stampMs` is among them. Two statements, so that the stamp is older than what the second one sees.
   */
  takeUnsent: async () => {
    const askedAt = performance.now()
    const clock = await query<{ ms: number }>('SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS ms')
    const stampMs = clock.rows[0]?.ms
    if (stampMs === undefined) throw new Error('the database did not tell the time')
    const { rows } = await query<UnsentRow>(
      `SELECT seq, id, aggregate_id AS "aggregateId", type, payload::text AS body
         FROM outbox WHERE sent_at IS NULL ORDER BY seq LIMIT $1`,
      [batchSize],
    )
    return { rows, stampMs, askedAt, isAll: rows.length < batchSize }
  },

  /**
   * Marks rows sent and gives them their positions in the history, in this order. It has to happen on the connection that
   * holds the lock: then no two of these overlap, and a position is never seen after a higher one (docs/decisions/0010).
   */
  // `= ANY` says the same again, so that the rows are found by their index and not by reading all that waits.
  markSent: async (seqs: string[]) => {
    if (seqs.length === 0) return
    await query(
      `UPDATE outbox SET sent_at = clock_timestamp(), position = given.position
         FROM (SELECT seq, nextval('outbox_position') AS position FROM unnest($1::bigint[]) AS seq) given
        WHERE outbox.seq = given.seq AND outbox.seq = ANY($1::bigint[]) AND outbox.sent_at IS NULL`,
      [seqs],
    )
  },

  /** How much waits, counted up to 100,000, and for how long the first has. */
  readBacklog: async () => {
    const { rows } = await query<{ unsent: number; oldestSeconds: number }>(
      `SELECT (SELECT count(*)::int FROM (SELECT FROM outbox WHERE sent_at IS NULL LIMIT $1) unsent) AS unsent,
              coalesce(extract(epoch FROM clock_timestamp() - (
                SELECT created_at FROM outbox WHERE sent_at IS NULL ORDER BY seq LIMIT 1)), 0)::float8 AS "oldestSeconds"`,
      [backlogLimit],
    )
    return rows[0] ?? { unsent: 0, oldestSeconds: 0 }
  },

  /**
   * Deletes rows sent longer ago than they are kept, and notes how far the history is gone. Looks at the oldest 1,000
   * alone, so it costs the same however many there are.
   * @returns how many went, and whether there may be more
   */
  purgeSent: async () => {
    const { rows } = await query<{ purged: number }>(
      `WITH gone AS (
         DELETE FROM outbox WHERE seq IN (
           SELECT seq FROM (SELECT seq, sent_at FROM outbox ORDER BY seq LIMIT $1) oldest
            WHERE sent_at < clock_timestamp() - $2::interval)
         RETURNING position),
       noted AS (
         UPDATE outbox_purged SET position = upto FROM (SELECT max(position) AS upto FROM gone) highest
          WHERE upto > outbox_purged.position)
       SELECT count(*)::int AS purged FROM gone`,
      [purgeSize, retention],
    )
    const purged = rows[0]?.purged ?? 0
    return { purged, more: purged === purgeSize }
  },
})
