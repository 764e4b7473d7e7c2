import type { QueryResult, QueryResultRow } from 'pg'

export type UnsentRow = { seq: string; id: string; aggregateId: string; type: string; body: string }

type Query = <Row extends QueryResultRow>(sql: string, values?: unknown[]) => Promise<QueryResult<Row>>

const batchSize = 500
const purgeSize = 1_000
const backlogLimit = 100_000
const retention = '7 days'

/** SQL of the leader for the outbox, on the connection that holds the leader lock. */
export const unsentIn = (query: Query) => ({
  /**
   * Unsent rows in order, and the database's clock, read before them in a separate statement: unless the batch is full, it
   * contains everything committed by `stampMs`.
   */
  takeUnsent: async () => {
    const requestedAt = performance.now()
    const clock = await query<{ ms: number }>('SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS ms')
    const stampMs = clock.rows[0]?.ms
    if (stampMs === undefined) throw new Error('the database returned no time')
    const { rows } = await query<UnsentRow>(
      `SELECT seq, id, aggregate_id AS "aggregateId", type, payload::text AS body
         FROM outbox WHERE sent_at IS NULL ORDER BY seq LIMIT $1`,
      [batchSize],
    )
    return { rows, stampMs, requestedAt, isComplete: rows.length < batchSize }
  },

  /**
   * Marks rows sent and assigns their positions in the history, in the given order. It must run on the connection that holds
   * the lock: calls then never overlap, and no position becomes visible after a higher one (docs/decisions/0010).
   */
  // `= ANY` is redundant with the join; it makes Postgres use the index instead of reading the whole backlog.
  markSent: async (seqs: string[]) => {
    if (seqs.length === 0) return
    await query(
      `UPDATE outbox SET sent_at = clock_timestamp(), position = given.position
         FROM (SELECT seq, nextval('outbox_position') AS position FROM unnest($1::bigint[]) AS seq) given
        WHERE outbox.seq = given.seq AND outbox.seq = ANY($1::bigint[]) AND outbox.sent_at IS NULL`,
      [seqs],
    )
  },

  /** The number of unsent rows, counted up to 100,000, and the age of the oldest. */
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
   * Deletes rows that were sent longer ago than the retention, and records the highest purged position. Examines only the
   * oldest 1,000 rows, so its cost does not depend on the size of the outbox.
   * @returns the number of deleted rows, and whether there may be more
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
