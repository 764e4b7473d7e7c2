import { setTimeout as delay } from 'node:timers/promises'
import { eventually, newEvent, newUser } from '@gatehouse/testkit'
import pg from 'pg'

const people = 500
const changesAtOnce = 5
const writersAtOnce = 16
const mostPauseMs = 30

// A relay, or the broker, may have been killed just before.
const patience = { withinMs: 30_000, everyMs: 10 }

const countUnsent = async (database: pg.Pool | pg.PoolClient): Promise<number> =>
  (await database.query('SELECT count(*)::int AS n FROM outbox WHERE sent_at IS NULL')).rows[0].n

const userIdOf = (nth: number) => `01900000-0000-7000-8000-${String(nth).padStart(12, '0')}`

/** Changes users as identity does: the row locked, the version raised, the event appended, all in one transaction. */
export const openWriters = async (databaseUrl: string, random: () => number) => {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: writersAtOnce })
  await pool.query('CREATE TABLE people (id uuid PRIMARY KEY, version integer NOT NULL)')
  const ids = Array.from({ length: people }, (_, nth) => userIdOf(nth))
  await pool.query('INSERT INTO people SELECT unnest($1::uuid[]), 1', [ids])
  const written: string[] = []

  const change = async (client: pg.PoolClient, id: string) => {
    const sql = 'UPDATE people SET version = version + 1 WHERE id = $1 RETURNING version'
    const version: number = (await client.query(sql, [id])).rows[0].version
    const user = newUser({ id, version })
    const event = newEvent('user.updated.v1', { source: 'http://crash/api', subject: id, sequence: version }, { user })
    const row = [event.id, id, event.type, event]
    await client.query('INSERT INTO outbox (id, aggregate_id, type, payload) VALUES ($1, $2, $3, $4)', row)
    return event.id
  }

  const choose = (atMost: number) => [
    ...new Set(Array.from({ length: Math.min(atMost, changesAtOnce) }, () => userIdOf(Math.floor(random() * people)))),
  ]

  /** Some wait before they commit, so that others, whose rows have higher numbers, commit first. */
  const changeAll = async (chosen: string[]) => {
    const pauseMs = random() < 0.3 ? random() * mostPauseMs : 0
    const client = await pool.connect()
    try {
      await client.query('BEGIN')
      const events: string[] = []
      // In order, or two who change the same users would wait for each other.
      for (const id of chosen.toSorted()) events.push(await change(client, id))
      await client.query("SELECT pg_notify('gatehouse_outbox', '')")
      await delay(pauseMs)
      await client.query('COMMIT')
      written.push(...events)
    } finally {
      client.release()
    }
  }

  return {
    written,
    /** Writes so many events more, evenly over the time. */
    write: async (events: number, overMs: number) => {
      const startedAt = performance.now()
      let asked = 0
      const writeOn = async () => {
        while (asked < events) {
          const dueAt = startedAt + (asked * overMs) / events
          const chosen = choose(events - asked)
          asked += chosen.length
          await delay(Math.max(0, dueAt - performance.now()))
          await changeAll(chosen)
        }
      }
      await Promise.all(Array.from({ length: writersAtOnce }, writeOn))
    },
    unsent: () => countUnsent(pool),
    /** Does it while nobody writes and all that was written is sent: what a relay sends next was written after. */
    whenAllIsSent: async (doIt: () => Promise<unknown>) => {
      const client = await pool.connect()
      try {
        await client.query('BEGIN')
        await client.query('LOCK TABLE people IN EXCLUSIVE MODE')
        await eventually(async () => {
          if ((await countUnsent(client)) > 0) throw new Error('the relay has not sent everything')
        }, patience)
        await doIt()
      } finally {
        await client.query('ROLLBACK')
        client.release()
      }
    },
    /** Which relay leads; each bears its number in its name. */
    leader: async (): Promise<number | undefined> => {
      const sql = `SELECT substr(application_name, 7)::int AS nth FROM pg_stat_activity JOIN pg_locks USING (pid)
                    WHERE locktype = 'advisory' AND granted AND application_name LIKE 'relay-%'`
      return (await pool.query(sql)).rows[0]?.nth
    },
    close: () => pool.end(),
  }
}
