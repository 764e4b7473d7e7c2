import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createTestDatabase } from '../src/testkit.ts'

const query = async (url: string, sql: string) => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

let migrations = 0
const migrate = async (url: string) => {
  migrations += 1
  await query(url, 'CREATE TABLE things (id int PRIMARY KEY); GRANT SELECT, INSERT ON things TO gatehouse_identity')
}
const fresh = async () => {
  const database = await createTestDatabase({ migrate })
  onTestFinished(database.drop)
  return database
}

describe('a test database', () => {
  it('gives the service role no permission to create', async () => {
    const { serviceUrl } = await fresh()
    await expect(query(serviceUrl, 'CREATE TABLE mine (id int)')).rejects.toThrow('permission denied')
    await expect(query(serviceUrl, 'CREATE TEMPORARY TABLE mine (id int)')).rejects.toThrow('permission denied')
  })

  it('is separate from other databases, and migrated once for all of them', async () => {
    const [one, other] = await Promise.all([fresh(), fresh()])
    await query(one.serviceUrl, 'INSERT INTO things VALUES (1)')
    expect(await query(other.serviceUrl, 'SELECT * FROM things')).toEqual([])
    // Zero if another file of the run was first.
    expect(migrations).toBeLessThanOrEqual(1)
  })

  it('is deleted by drop, even with open connections', async () => {
    const database = await createTestDatabase()
    const left = new pg.Client({ connectionString: database.ownerUrl })
    left.on('error', () => {})
    await left.connect()
    await database.drop()
    await expect(query(database.ownerUrl, 'SELECT 1')).rejects.toThrow('does not exist')
  })
})
