import { createTestDatabase, startFaultProxy } from '@gatehouse/testkit'
import pg from 'pg'
import { onTestFinished } from 'vitest'

/** The example's own database, reached over a line that can break; the test's own connections go past that. */
export const openDatabase = async () => {
  const { ownerUrl, drop } = await createTestDatabase()
  onTestFinished(drop)
  const direct = new URL(ownerUrl)
  const line = await startFaultProxy({ target: { host: direct.hostname, port: Number(direct.port) } })
  onTestFinished(() => line.close())
  const url = new URL(ownerUrl)
  url.host = `${line.host}:${line.port}`
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
    /** Holds whoever writes to the table in the middle of a transaction. */
    block: async (table: string) => {
      const client = await connect()
      await client.query(`BEGIN; LOCK TABLE ${table} IN EXCLUSIVE MODE`)
      return { letGo: () => client.query('COMMIT') }
    },
    /** Processes of the database that wait for a lock. */
    blocked: async () => {
      const sql = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
      return (await observer.query<{ pid: number }>(sql)).rows.map((it) => it.pid)
    },
    breakConnections: () => {
      line.reset()
      line.pass()
    },
  }
}
