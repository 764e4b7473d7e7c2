import { Socket } from 'node:net'
import pg from 'pg'
import { outboxChannel } from './outbox.repository.ts'

export type UnsentRow = { seq: string; id: string; aggregateId: string; type: string; body: string }

// Any number, the same for all replicas: who holds it is the leader.
const leaderLock = 7_310_003
const batchSize = 500
const purgeSize = 1_000
const backlogLimit = 100_000
const retention = '7 days'
const aliveEveryMs = 400

// Postgres ends the session of a leader that is frozen: after 1.25 s without a query, or when an answer is not taken.
// With the time that a candidate takes to notice, a new leader is there within 2 s.
const giveUpOnSilence = '-c idle_session_timeout=1250 -c tcp_user_timeout=1250'

// The index gives the order. With statistics from before a burst the planner would rather read and sort the whole backlog
// for each batch: 40 ms of 20,000 rows, and of a million not one batch in time.
const readInOrder = '-c enable_sort=off'

/**
 * The relay's own connection to Postgres. It holds the leader's lock, so whoever loses the connection loses the lead. Its
 * queries wait for each other; none waits longer than 2 s.
 */
export const openLeaderConnection = async (databaseUrl: string, onHint: () => void) => {
  const socket = new Socket()
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: 'gatehouse-relay',
    options: `${giveUpOnSilence} ${readInOrder}`,
    connectionTimeoutMillis: 2_000,
    statement_timeout: 1_500,
    query_timeout: 2_000,
    stream: () => socket,
  })
  // A broken connection fails the query under way or the next one, and the relay hears of it there.
  client.on('error', () => undefined)
  client.on('notification', onHint)
  try {
    await client.connect()
  } catch (error) {
    socket.destroy()
    throw error
  }

  let last: Promise<unknown> = Promise.resolve()
  const query = <Row extends pg.QueryResultRow>(sql: string, values: unknown[] = []) => {
    const result = last.then(() => client.query<Row>(sql, values))
    last = result.catch(() => undefined)
    return result
  }
  let alive: NodeJS.Timeout | undefined

  return {
    /** @returns whether we lead from now on */
    tryToLead: async () => {
      const { rows } = await query<{ leads: boolean }>('SELECT pg_try_advisory_lock($1) AS leads', [leaderLock])
      if (!rows[0]?.leads) return false
      await query(`LISTEN ${outboxChannel}`)
      // A slow broker is no silence of ours; a process that is frozen runs no timer either. When this fails the relay's
      // own next query fails too.
      alive = setInterval(() => void query('SELECT').catch(() => undefined), aliveEveryMs)
      return true
    },

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

    /** The lock goes with the connection. A server that does not answer the goodbye is hung up on. */
    close: async () => {
      clearInterval(alive)
      const hangUp = setTimeout(() => socket.destroy(), 500)
      await client.end()
      clearTimeout(hangUp)
    },
    destroy: () => {
      clearInterval(alive)
      socket.destroy()
    },
  }
}
export type LeaderConnection = Awaited<ReturnType<typeof openLeaderConnection>>
