import { createTestDatabase } from '@gatehouse/testkit'
import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { handledEventsSql, latestOnly, onceOnly } from '../src/events.ts'
import { anEvent } from './broker.ts'

const start = async () => {
  const database = await createTestDatabase({
    migrate: async (url) => {
      const client = new pg.Client({ connectionString: url })
      await client.connect()
      await client.query(`${handledEventsSql} CREATE TABLE seen (n integer);
        GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO gatehouse_identity`)
      await client.end()
    },
  })
  const pool = new pg.Pool({ connectionString: database.serviceUrl })
  onTestFinished(async () => {
    await pool.end()
    await database.drop()
  })
  const inTransaction = async <Result>(work: (tx: pg.PoolClient) => Promise<Result>) => {
    const tx = await pool.connect()
    try {
      await tx.query('BEGIN')
      const result = await work(tx)
      await tx.query('COMMIT')
      return result
    } catch (error) {
      await tx.query('ROLLBACK')
      throw error
    } finally {
      tx.release()
    }
  }
  const seen = async () => (await pool.query('SELECT n FROM seen ORDER BY n')).rows.map((it) => it.n)
  const see = (tx: pg.PoolClient, n: number) => async () => void (await tx.query('INSERT INTO seen VALUES ($1)', [n]))
  return { inTransaction, seen, see }
}

describe('onceOnly', () => {
  it('does the work of an event once, for any number of concurrent duplicates', async () => {
    const { inTransaction, seen, see } = await start()
    const event = anEvent(1)
    const handle = () => inTransaction((tx) => onceOnly(tx, 'billing', event, see(tx, 1)))
    const done = await Promise.all(Array.from({ length: 8 }, handle))
    expect(done.filter((it) => it)).toHaveLength(1)
    expect(await seen()).toEqual([1])
  })

  it('forgets an event whose work failed', async () => {
    const { inTransaction, seen, see } = await start()
    const event = anEvent(1)
    const fail = () => Promise.reject(new Error('failed'))
    await expect(inTransaction((tx) => onceOnly(tx, 'billing', event, fail))).rejects.toThrow('failed')
    expect(await inTransaction((tx) => onceOnly(tx, 'billing', event, see(tx, 1)))).toBe(true)
    expect(await seen()).toEqual([1])
  })
})

describe('latestOnly', () => {
  it('skips events that are not newer, separately for each user and subscriber', async () => {
    const { inTransaction, seen, see } = await start()
    const subject = crypto.randomUUID()
    const handle = (version: number, by = 'billing', about = subject) =>
      inTransaction((tx) => latestOnly(tx, by, anEvent(version, about), see(tx, version)))
    const done = []
    for (const version of [2, 1, 2, 4, 3]) done.push(await handle(version))
    expect(done).toEqual([true, false, false, true, false])
    expect(await handle(1, 'billing', crypto.randomUUID())).toBe(true)
    expect(await handle(1, 'mailing')).toBe(true)
    expect(await seen()).toEqual([1, 1, 2, 4])
  })
})
