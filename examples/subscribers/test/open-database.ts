import { createTestDatabase, startFaultProxy } from '@gatehouse/testkit'
import pg from 'pg'
import { onTestFinished } from 'vitest'

/** A database for the example, reached through a fault proxy; the test connects directly. */
export const openDatabase = async () => {
  const { ownerUrl, drop } = await createTestDatabase()
  onTestFinished(drop)
  const direct = new URL(ownerUrl)
  const proxy = await startFaultProxy({ target: { host: direct.hostname, port: Number(direct.port) } })
  onTestFinished(() => proxy.close())
  const url = new URL(ownerUrl)
  url.host = `${proxy.host}:${proxy.port}`
  const connect = async () => {
    const client = new pg.Client(ownerUrl)
    await client.connect()
    onTestFinished(() => client.end())
    return client
  }
  const observer = await connect()
  return {
    url: url.href,
    rows: async (sql: string) => (await observer.query(sql)).rows,
    /** Blocks writers of the table in the middle of their transactions. */
    block: async (table: string) => {
      const client = await connect()
      await client.query(`BEGIN; LOCK TABLE ${table} IN EXCLUSIVE MODE`)
      return { release: () => client.query('COMMIT') }
    },
    /** Server processes that wait for a lock. */
    blocked: async () => {
      const sql = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
      return (await observer.query<{ pid: number }>(sql)).rows.map((it) => it.pid)
    },
    breakConnections: () => {
      proxy.reset()
      proxy.pass()
    },
  }
}
