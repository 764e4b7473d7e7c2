import pg from 'pg'
import { outboxChannel } from './outbox.repository.ts'

export type UnsentRow = { seq: string; id: string; aggregateId: string; type: string; body: string }

// Any number, the same for all replicas: who holds it is the leader.
const leaderLock = 7_310_003
const batchSize = 500
const retentionDays = 7

/**
 * The relay's own connection to Postgres. It holds the leader's lock, so whoever loses the connection loses the lead, and
 * Postgres ends it after 1.5 s of silence, so a frozen leader does too.
 */
export const openLeaderConnection = async (databaseUrl: string, onHint: () => void) => {
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: 'gatehouse-relay',
    connectionTimeoutMillis: 2_000,
    statement_timeout: 3_000,
    query_timeout: 4_000,
    keepAlive: true,
  })
  const ended = new Promise<void>((resolve) => client.once('end', resolve))
  // Each query that is under way, and the next one, fails by itself.
  client.on('error', () => undefined)
  client.on('notification', onHint)
  await client.connect()
  let alive: NodeJS.Timeout | undefined

  return {
    /** @returns whether we lead from now on */
    tryToLead: async () => {
      const { rows } = await client.query<{ leads: boolean }>('SELECT pg_try_advisory_lock($1) AS leads', [leaderLock])
      if (!rows[0]?.leads) return false
      await client.query("SET idle_session_timeout = '1500ms'")
      await client.query(`LISTEN ${outboxChannel}`)
      // A slow broker is no silence of ours; a process that is frozen runs no timer either.
      alive = setInterval(() => void client.query('SELECT 1').catch(() => undefined), 500)
      return true
    },

    /**
     * Unsent rows in order, and the database's clock from before they were read: unless the batch is full, everything
     * committed by `stampMs` is among them.
     */
    takeUnsent: async () => {
      const clock = await client.query<{ ms: number }>(
        'SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS ms',
      )
      const { rows } = await client.query<UnsentRow>(
        `SELECT seq, id, aggregate_id AS "aggregateId", type, payload::text AS body
           FROM outbox WHERE sent_at IS NULL ORDER BY seq LIMIT $1`,
        [batchSize],
      )
      return { rows, stampMs: clock.rows[0]?.ms ?? 0, isAll: rows.length < batchSize }
    },

    markSent: async (seqs: string[]) => {
      if (seqs.length > 0) await client.query('UPDATE outbox SET sent_at = now() WHERE seq = ANY($1::bigint[])', [seqs])
    },

    readBacklog: async () => {
      const { rows } = await client.query<{ unsent: number; oldestSeconds: number }>(
        `SELECT count(*)::int AS unsent,
                coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)::float8 AS "oldestSeconds"
           FROM outbox WHERE sent_at IS NULL`,
      )
      return rows[0] ?? { unsent: 0, oldestSeconds: 0 }
    },

    /** @returns how many rows went, at most 1,000 in one call */
    purgeSent: async () => {
      const { rowCount } = await client.query(
        `DELETE FROM outbox WHERE seq IN (
           SELECT seq FROM outbox WHERE sent_at < now() - make_interval(days => $1) ORDER BY seq LIMIT 1000)`,
        [retentionDays],
      )
      return rowCount ?? 0
    },

    /** The lock goes with the connection. */
    close: async () => {
      clearInterval(alive)
      await Promise.race([client.end(), new Promise((resolve) => setTimeout(resolve, 500).unref())])
    },
    ended,
  }
}
export type LeaderConnection = Awaited<ReturnType<typeof openLeaderConnection>>
