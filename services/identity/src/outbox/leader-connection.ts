import { Socket } from 'node:net'
import pg from 'pg'
import { outboxChannel } from './outbox.repository.ts'
import { unsentIn } from './unsent.repository.ts'

// The same for all replicas. The replica that holds this lock is the leader.
const leaderLock = 7_310_003
const keepAliveEveryMs = 400

// Postgres terminates the session of a frozen leader: after 1.25 s without a query, or if it does not read a result. Another
// replica then leads within 2 s.
const sessionTimeouts = '-c idle_session_timeout=1250 -c tcp_user_timeout=1250'

// Read in the order of the index. With outdated statistics after a burst, the planner would read and sort the whole backlog
// for each batch: 40 ms for 20,000 rows, and a timeout for a million.
const noSort = '-c enable_sort=off'

/**
 * The relay's own connection to Postgres. It holds the leader lock, so losing the connection ends the leadership. Queries run
 * one at a time and time out after 2 s.
 */
export const openLeaderConnection = async (databaseUrl: string, onNotification: () => void) => {
  const socket = new Socket()
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: 'gatehouse-relay',
    options: `${sessionTimeouts} ${noSort}`,
    connectionTimeoutMillis: 2_000,
    statement_timeout: 1_500,
    query_timeout: 2_000,
    stream: () => socket,
  })
  // A broken connection fails the current or the next query, where the relay handles the error.
  client.on('error', () => undefined)
  client.on('notification', onNotification)
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
  let keepAlive: NodeJS.Timeout | undefined

  return {
    /** @returns whether this replica is now the leader */
    tryToLead: async () => {
      const { rows } = await query<{ leads: boolean }>('SELECT pg_try_advisory_lock($1) AS leads', [leaderLock])
      if (!rows[0]?.leads) return false
      await query(`LISTEN ${outboxChannel}`)
      // Keeps the session alive while the broker is slow. In a frozen process the timer stops too. Errors are ignored: the
      // next query of the relay fails as well.
      keepAlive = setInterval(() => void query('SELECT').catch(() => undefined), keepAliveEveryMs)
      return true
    },

    ...unsentIn(query),

    /** Closes the connection and so releases the lock. Destroys the socket if the server does not respond. */
    close: async () => {
      clearInterval(keepAlive)
      const timeout = setTimeout(() => socket.destroy(), 500)
      await client.end()
      clearTimeout(timeout)
    },
    destroy: () => {
      clearInterval(keepAlive)
      socket.destroy()
    },
  }
}
export type LeaderConnection = Awaited<ReturnType<typeof openLeaderConnection>>
