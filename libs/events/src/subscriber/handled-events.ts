import type { GatehouseEvent } from '@gatehouse/contracts'

/** A `pg` client inside a transaction that the subscriber has begun. */
export type Transaction = { query: (sql: string, values: unknown[]) => Promise<{ rowCount: number | null }> }

/** For the subscriber's migrations. Rows of `handled_events` older than any retry or replay may be deleted. */
export const handledEventsSql = `
CREATE TABLE IF NOT EXISTS handled_events (
  subscriber text NOT NULL,
  event_id uuid NOT NULL,
  handled_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (subscriber, event_id)
);
CREATE TABLE IF NOT EXISTS latest_versions (
  subscriber text NOT NULL,
  subject text NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (subscriber, subject)
);`

/**
 * Does the work unless this event was handled before. The mark and the work commit or roll back together; a concurrent duplicate
 * waits for that. @returns whether the work was done
 */
export const onceOnly = async (
  tx: Transaction,
  subscriber: string,
  event: Pick<GatehouseEvent, 'id'>,
  work: () => Promise<void>,
) => {
  const sql = 'INSERT INTO handled_events (subscriber, event_id) VALUES ($1, $2) ON CONFLICT DO NOTHING'
  if ((await tx.query(sql, [subscriber, event.id])).rowCount !== 1) return false
  await work()
  return true
}

/**
 * Does the work unless the same or a newer version of this user was handled before. For `user.*` events, which carry the whole
 * state, so a skipped event would only restore older state. @returns whether the work was done
 */
export const latestOnly = async (
  tx: Transaction,
  subscriber: string,
  event: Pick<GatehouseEvent, 'subject' | 'sequence'>,
  work: () => Promise<void>,
) => {
  const sql = `INSERT INTO latest_versions AS known (subscriber, subject, version) VALUES ($1, $2, $3)
    ON CONFLICT (subscriber, subject) DO UPDATE SET version = excluded.version WHERE known.version < excluded.version`
  if ((await tx.query(sql, [subscriber, event.subject, event.sequence])).rowCount !== 1) return false
  await work()
  return true
}
