import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { databaseUrl } from '../src/postgres.ts'
import { eventually, startPostgres } from '../src/testkit.ts'

let server: Awaited<ReturnType<typeof startPostgres>>
beforeAll(async () => {
  server = await startPostgres()
})
afterAll(() => server.stop())

const query = async (sql: string) => {
  const client = new pg.Client({
    connectionString: databaseUrl(server.address, 'postgres', 'postgres'),
    connectionTimeoutMillis: 500,
  })
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

describe('startPostgres', () => {
  it('does not respond while paused', async () => {
    await server.pause()
    await expect(query('SELECT 1')).rejects.toThrow('timeout')
    await server.unpause()
    expect(await query('SELECT 1 AS one')).toEqual([{ one: 1 }])
  })

  it('keeps committed data and its address when it is killed', async () => {
    await query('CREATE TABLE kept AS SELECT 1 AS one')
    await server.kill()
    await expect(query('SELECT 1')).rejects.toThrow()
    await server.start()
    expect(await eventually(() => query('SELECT * FROM kept'), { withinMs: 20_000 })).toEqual([{ one: 1 }])
  })
})
