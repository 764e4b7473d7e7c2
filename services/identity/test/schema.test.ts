import { migrate } from '@gatehouse/migrations'
import { createLog } from '@gatehouse/service'
import { createTestDatabase } from '@gatehouse/testkit'
import { DataSource } from 'typeorm'
import { describe, expect, it, onTestFinished } from 'vitest'
import { entities, openDatabase, schemaVersion } from '../src/database.ts'

const log = createLog('schema-test', 'silent')

const start = async () => {
  const database = await createTestDatabase()
  onTestFinished(() => database.drop())
  return database
}

describe('the schema', () => {
  it('is refused by the service before it is migrated, and when it is another one', async () => {
    const { ownerUrl, serviceUrl } = await start()
    await expect(openDatabase(serviceUrl, log)).rejects.toThrow('schema_migrations')
    await migrate(ownerUrl)
    const db = await openDatabase(serviceUrl, log)
    await db.destroy()
    const owner = await new DataSource({ type: 'postgres', url: ownerUrl }).initialize()
    await owner.query("INSERT INTO schema_migrations (timestamp, name) VALUES (1, 'FromTheFuture')")
    await owner.destroy()
    await expect(openDatabase(serviceUrl, log)).rejects.toThrow(/FromTheFuture.*migrate job/)
  })

  it('is made once by three jobs at the same time, and is the version that the service was written for', async () => {
    const { ownerUrl } = await start()
    const jobs = await Promise.all([1, 2, 3].map(() => migrate(ownerUrl)))
    expect(jobs.filter((it) => it.ran.length > 0)).toHaveLength(1)
    expect(jobs.map((it) => it.version)).toEqual([schemaVersion, schemaVersion, schemaVersion])
  })

  it('is the one that the entities describe', async () => {
    const { ownerUrl } = await start()
    await migrate(ownerUrl)
    const db = await new DataSource({ type: 'postgres', url: ownerUrl, entities }).initialize()
    onTestFinished(() => db.destroy())
    const missing = await db.driver.createSchemaBuilder().log()
    expect(missing.upQueries.map((it) => it.query)).toEqual([])
  })

  it('lets the service neither create nor truncate', async () => {
    const { ownerUrl, serviceUrl } = await start()
    await migrate(ownerUrl)
    const db = await openDatabase(serviceUrl, log)
    onTestFinished(() => db.destroy())
    for (const sql of ['CREATE TABLE x ()', 'TRUNCATE users', 'DROP TABLE users', 'ALTER TABLE users ADD x text']) {
      await expect(db.query(sql)).rejects.toThrow(/permission denied|must be owner/)
    }
  })
})
