import type { GatehouseEvent } from '@gatehouse/contracts'
import { eventually } from '@gatehouse/testkit'
import pg from 'pg'

// As identity appends: the rows and the hint to the relay stand or fall together.
const appendSql = `WITH appended AS (
    INSERT INTO outbox (id, aggregate_id, type, payload)
    SELECT (body->>'id')::uuid, body->>'subject', body->>'type', body
      FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS given (body, position) ORDER BY position)
  SELECT pg_notify('gatehouse_outbox', '')`
const chunk = 10_000
const drainedWithinMs = 120_000

/** The outbox of a running identity, written to without identity, so that nothing but its relay is measured. */
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
    /** Appends in one transaction. @returns when its commit was sent, by our monotonic clock */
    append: async (events: GatehouseEvent[]) => {
      await begin(events)
      const committedAt = performance.now()
      await client.query('COMMIT')
      return committedAt
    },

    /** Lets the relay drain what it gets all at once. @returns the seconds from the commit to the last row marked sent */
    drain: async (events: GatehouseEvent[]) => {
      await begin(events)
      const committedAt = await clock()
      await client.query('COMMIT')
      await untilDrained()
      // The database's own clock tells the end, so that nobody has to ask again and again meanwhile.
      const { rows } = await client.query<{ ms: number }>(
        'SELECT extract(epoch FROM max(sent_at))::float8 * 1000 AS ms FROM outbox',
      )
      return ((rows[0]?.ms as number) - committedAt) / 1000
    },

    untilDrained,
    /** Else a measurement pays for what the one before it left behind. */
    tidy: async () => {
      await client.query('DELETE FROM outbox')
      await client.query('VACUUM ANALYZE outbox')
    },
    close: () => client.end(),
  }
}
