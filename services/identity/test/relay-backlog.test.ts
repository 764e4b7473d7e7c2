import { migrate } from '@gatehouse/migrations'
import { createTestDatabase, createTestVhost, eventually } from '@gatehouse/testkit'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openOutbox, startTestRelay } from './start-test-relay.ts'

const backlog = 10_000
const patience = { withinMs: 20_000 }

describe('relay', () => {
  it('reads a backlog about once, though the statistics know of none', async () => {
    const [database, vhost] = await Promise.all([createTestDatabase({ migrate }), createTestVhost()])
    onTestFinished(async () => void (await Promise.all([database.drop(), vhost.drop()])))
    const { pool } = openOutbox(database.superuserUrl)
    await pool.query('ANALYZE outbox')
    await pool.query(
      `INSERT INTO outbox (id, aggregate_id, type, payload)
       SELECT gen_random_uuid(), n::text, 'user.updated.v1', '{}' FROM generate_series(1, $1::int) AS n`,
      [backlog],
    )
    startTestRelay(database.serviceUrl, vhost.identityUrl)

    const counts = await eventually(async () => {
      const { rows } = await pool.query<{ marked: number; read: number }>(
        "SELECT n_tup_upd::int AS marked, idx_tup_fetch::int AS read FROM pg_stat_user_tables WHERE relname = 'outbox'",
      )
      // Postgres counts with a delay, but both at once.
      expect(rows[0]?.marked).toBe(backlog)
      return rows[0]
    }, patience)
    // Each row to publish it, to mark it and for the count of the backlog. Sorted, it is ten times as many.
    expect(counts?.read).toBeLessThan(7 * backlog)
  })
})
