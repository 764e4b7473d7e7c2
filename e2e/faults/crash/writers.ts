import { setTimeout as delay } from 'node:timers/promises'
import { newEvent, newUser } from '@gatehouse/testkit'
import pg from 'pg'

const people = 500
const changesAtOnce = 5
const writersAtOnce = 16
const mostPauseMs = 30

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

  /** Some wait before they commit, so that others, whose rows have higher numbers, commit first. */
  const changeSome = async () => {
    // In order, or two who change the same users would wait for each other.
    const chosen = [...new Set(Array.from({ length: changesAtOnce }, () => userIdOf(Math.floor(random() * people))))]
    const pauseMs = random() < 0.3 ? random() * mostPauseMs : 0
    const client = await pool.connect()
    try {
      await client.query('BEGIN')
      const events: string[] = []
      for (const id of chosen.toSorted()) events.push(await change(client, id))
      await client.query("SELECT pg_notify('gatehouse_outbox', '')")
      await delay(pauseMs)
      await client.query('COMMIT')
      written.push(...events)
      return events.length
    } finally {
      client.release()
    }
  }

  return {
    written,
    /** Writes so many events more, evenly over the time. */
    write: async (events: number, overMs: number) => {
      const startedAt = performance.now()
      let changes = 0
      let done = 0
      const writeOn = async () => {
        while (done < events) {
          const dueAt = startedAt + (changes * changesAtOnce * overMs) / events
          changes += 1
          await delay(Math.max(0, dueAt - performance.now()))
          const changed = await changeSome()
          done += changed
        }
      }
      await Promise.all(Array.from({ length: writersAtOnce }, writeOn))
    },
    unsent: async (): Promise<number> =>
      (await pool.query('SELECT count(*)::int AS n FROM outbox WHERE sent_at IS NULL')).rows[0].n,
    close: () => pool.end(),
  }
}
