import { Socket } from 'node:net'
import pg from 'pg'
import { outboxChannel } from './outbox.repository.ts'
import { unsentIn } from './unsent.repository.ts'

// Any number, the same for all replicas: who holds it is the leader.
const leaderLock = 7_310_003
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

    ...unsentIn(query),

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
