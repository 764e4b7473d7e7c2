import { handledEventsSql, onceOnly, subscribe } from '@gatehouse/events'
import pg from 'pg'

// Appends every event to a table exactly once. Reads BROKER_URL and DATABASE_URL.
const { BROKER_URL = 'amqp://localhost', DATABASE_URL } = process.env
if (!DATABASE_URL) throw new Error('DATABASE_URL is not set')

const pool = new pg.Pool({ connectionString: DATABASE_URL, connectionTimeoutMillis: 5_000, query_timeout: 10_000 })
// A broken connection fails the handler that uses it, and the event is retried; the process continues.
pool.on('error', ({ message }) => console.warn('an idle connection to Postgres failed:', message))
pool.on('connect', (client) => void client.on('error', ({ message }) => console.warn('Postgres:', message)))

// Put this into your migrations.
await pool.query(`${handledEventsSql}
  CREATE TABLE IF NOT EXISTS audit_trail (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    happened_at timestamptz NOT NULL, type text NOT NULL, subject text NOT NULL, event jsonb NOT NULL
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
  queue: 'audit.events',
  handler: (event) =>
    inTransaction((tx) =>
      onceOnly(tx, 'audit', event, async () => {
        const sql = 'INSERT INTO audit_trail (happened_at, type, subject, event) VALUES ($1, $2, $3, $4)'
        await tx.query(sql, [event.time, event.type, event.subject, event])
      }),
    ),
  log: console,
})

process.once('SIGTERM', () => void subscription.stop().then(() => pool.end()))
