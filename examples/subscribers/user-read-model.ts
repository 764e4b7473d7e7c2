import { handledEventsSql, latestOnly, subscribe } from '@gatehouse/events'
import pg from 'pg'

// Keeps a table of all users in their current state. Reads BROKER_URL and DATABASE_URL.
const { BROKER_URL = 'amqp://localhost', DATABASE_URL } = process.env
if (!DATABASE_URL) throw new Error('DATABASE_URL is not set')

const pool = new pg.Pool({ connectionString: DATABASE_URL, connectionTimeoutMillis: 5_000, query_timeout: 10_000 })
// A broken connection fails the handler that uses it, and the event is retried; the process continues.
pool.on('error', ({ message }) => console.warn('an idle connection to Postgres failed:', message))
pool.on('connect', (client) => void client.on('error', ({ message }) => console.warn('Postgres:', message)))

// Put this into your migrations.
await pool.query(`${handledEventsSql}
  CREATE TABLE IF NOT EXISTS people (
    id uuid PRIMARY KEY, username text NOT NULL, full_name text, is_active boolean NOT NULL, roles text[] NOT NULL
  )`)

const inTransaction = async (work: (tx: pg.PoolClient) => Promise<unknown>) => {
  const tx = await pool.connect()
  let failed = true
  try {
    await tx.query('BEGIN')
    await work(tx)
    await tx.query('COMMIT')
    failed = false
  } finally {
    tx.release(failed) // true closes the connection, which rolls back
  }
}

const subscription = subscribe({
  url: BROKER_URL,
  queue: 'directory.users',
  events: [
    'user.created.v1',
    'user.updated.v1',
    'user.deactivated.v1',
    'user.activated.v1',
    'user.password_changed.v1',
    'user.deleted.v1',
  ],
  handler: (event) =>
    inTransaction((tx) =>
      latestOnly(tx, 'directory', event, async () => {
        await tx.query('DELETE FROM people WHERE id = $1', [event.subject])
        // Keeps no personal data, only the version, so that a late event does not restore the user.
        if (event.type === 'user.deleted.v1') return
        const { id, username, full_name, is_active, roles } = event.data.user
        await tx.query('INSERT INTO people VALUES ($1, $2, $3, $4, $5)', [id, username, full_name, is_active, roles])
      }),
    ),
  log: console,
})

process.once('SIGTERM', () => void subscription.stop().then(() => pool.end()))
