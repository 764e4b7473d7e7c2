import type { GatehouseEvent } from '@gatehouse/contracts'
import { eventually } from '@gatehouse/testkit'
import pg from 'pg'

// Like identity: the rows and the notification for the relay in one transaction.
const appendSql = `WITH appended AS (
    INSERT INTO outbox (id, aggregate_id, type, payload)
    SELECT (body->>'id')::uuid, body->>'subject', body->>'type', body
      FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS given (body, position) ORDER BY position)
  SELECT pg_notify('gatehouse_outbox', '')`
const chunk = 10_000
const drainedWithinMs = 120_000

/** The outbox of a running identity, written to directly, so that only its relay is measured. */
export const openOutbox = async (ownerUrl: string) => {
  const client = new pg.Client({ connectionString: ownerUrl })
  await client.connect()
  const clock = async () => {
    const { rows } = await client.query<{ ms: number }>(
      'SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS ms',
    )
    return rows[0]?.ms as number
  }
  const begin = async (events: GatehouseEvent[]) => {
    await client.query('BEGIN')
    for (let at = 0; at < events.length; at += chunk)
      await client.query(appendSql, [JSON.stringify(events.slice(at, at + chunk))])
  }
  const expectDrained = async () => {
    const { rows } = await client.query('SELECT FROM outbox WHERE sent_at IS NULL LIMIT 1')
    if (rows.length > 0) throw new Error('the relay has not drained the outbox')
  }
  const untilDrained = () => eventually(expectDrained, { withinMs: drainedWithinMs, everyMs: 200 })

  return {
    /** Appends in one transaction. @returns when the commit was sent, on the monotonic clock */
    append: async (events: GatehouseEvent[]) => {
      await begin(events)
      const committedAt = performance.now()
      await client.query('COMMIT')
      return committedAt
    },

    /** Gives the relay these events at once. @returns the seconds from the commit until the last row is marked as sent */
    drain: async (events: GatehouseEvent[]) => {
      await begin(events)
      const committedAt = await clock()
      await client.query('COMMIT')
      await untilDrained()
      // The end is on the database's clock, so that no polling disturbs the measurement.
      const { rows } = await client.query<{ ms: number }>(
        'SELECT extract(epoch FROM max(sent_at))::float8 * 1000 AS ms FROM outbox',
      )
      return ((rows[0]?.ms as number) - committedAt) / 1000
    },

    untilDrained,
    /** Removes the rows, so that they do not affect the next measurement. */
    tidy: async () => {
      await client.query('DELETE FROM outbox')
      await client.query('VACUUM ANALYZE outbox')
    },
    close: () => client.end(),
  }
}
