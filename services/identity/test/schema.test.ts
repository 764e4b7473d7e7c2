import { migrate } from '@gatehouse/migrations'
import { createLog } from '@gatehouse/service'
import { createTestDatabase } from '@gatehouse/testkit'
import { DataSource } from 'typeorm'
import { describe, expect, it, onTestFinished } from 'vitest'
import { entities, openDatabase, schemaVersion } from '../src/open-database.ts'

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
    // Nothing reads it; the last release still runs beside this one, so it goes with the next.
    const leftOver = ['ALTER TABLE "outbox" DROP COLUMN "headers"']
    expect(missing.upQueries.map((it) => it.query)).toEqual(leftOver)
  })

  it('gives what was sent before it a place in the history, and what a relay of the last release sends', async () => {
    const { ownerUrl, serviceUrl } = await start()
    await migrate(ownerUrl)
    const owner = await new DataSource({ type: 'postgres', url: ownerUrl }).initialize()
    onTestFinished(() => owner.destroy())
    // The schema of the last release.
    await owner.query(`
      DELETE FROM schema_migrations WHERE name LIKE 'History%';
      DROP TRIGGER outbox_sent ON outbox; DROP FUNCTION give_outbox_position; DROP TABLE outbox_purged;
      DROP INDEX outbox_of_aggregate; ALTER TABLE outbox DROP COLUMN position; DROP SEQUENCE outbox_position;
      INSERT INTO outbox (id, aggregate_id, type, payload, sent_at)
      SELECT gen_random_uuid(), 'ada', 'user.updated.v1', '{}', CASE n WHEN 2 THEN NULL ELSE now() END
        FROM generate_series(1, 4) n`)
    // Rows lie in the table as they were written last.
    await owner.query("UPDATE outbox SET headers = '{}' WHERE seq = 1")
    expect((await migrate(ownerUrl)).ran).toEqual(['History1764000000003'])

    const service = await new DataSource({ type: 'postgres', url: serviceUrl }).initialize()
    onTestFinished(() => service.destroy())
    await service.query('UPDATE outbox SET sent_at = clock_timestamp() WHERE seq = ANY($1::bigint[])', [[2]])
    const rows = await service.query('SELECT seq::int, position::int FROM outbox ORDER BY seq')
    expect(rows.map((it: { position: number }) => it.position)).toEqual([1, 4, 2, 3])
  })

  it('lets the service neither date an audit line or an event nor choose its place, nor change what one says', async () => {
    const { ownerUrl, serviceUrl } = await start()
    await migrate(ownerUrl)
    const service = await new DataSource({ type: 'postgres', url: serviceUrl }).initialize()
    onTestFinished(() => service.destroy())
    const line = "'ada', 'user.created.v1', NULL, NULL, NULL, '{}'"
    await service.query(`INSERT INTO audit_log (actor, action, subject, address, request_id, detail) VALUES (${line})`)
    const event = "gen_random_uuid(), 'ada', 'user.created.v1', '{}'"
    await service.query(`INSERT INTO outbox (id, aggregate_id, type, payload) VALUES (${event})`)
    for (const sql of [
      "INSERT INTO audit_log (seq, actor, action) VALUES (9223372036854775807, 'ada', 'x')",
      "INSERT INTO audit_log (at, actor, action) VALUES ('2001-01-01', 'ada', 'x')",
      "UPDATE audit_log SET actor = 'bob'",
      'DELETE FROM audit_log',
      "SELECT setval('audit_log_seq_seq', 9223372036854775807)",
      `INSERT INTO outbox (seq, id, aggregate_id, type, payload) VALUES (9223372036854775807, ${event})`,
      `INSERT INTO outbox (id, aggregate_id, type, payload, created_at) VALUES (${event}, '2001-01-01')`,
      `INSERT INTO outbox (id, aggregate_id, type, payload, sent_at) VALUES (${event}, now())`,
      `INSERT INTO outbox (id, aggregate_id, type, payload, position) VALUES (${event}, 9223372036854775807)`,
      `UPDATE outbox SET payload = '{"type":"user.updated.v1"}'`,
      'UPDATE outbox SET seq = 1',
      "SELECT setval('outbox_seq_seq', 9223372036854775807)",
      "SELECT setval('outbox_position', 9223372036854775807)",
      'INSERT INTO outbox_purged VALUES (1)',
      'DELETE FROM outbox_purged',
      "INSERT INTO schema_migrations (timestamp, name) VALUES (1, 'x')",
      'CREATE RULE quiet AS ON INSERT TO audit_log DO INSTEAD NOTHING',
      'ALTER SEQUENCE audit_log_seq_seq RESTART 1',
    ]) {
      await expect(service.query(sql), sql).rejects.toThrow(/permission denied|must be owner/)
    }
  })

  it('gives a user without a name one, and remembers whom the last release deleted', async () => {
    const { ownerUrl } = await start()
    await migrate(ownerUrl)
    const owner = await new DataSource({ type: 'postgres', url: ownerUrl }).initialize()
    onTestFinished(() => owner.destroy())
    const [gone, back, nameless] = [1, 2, 3].map((n) => `00000000-0000-4000-8000-00000000000${n}`)
    // The schema of the last release.
    await owner.query(`
      DELETE FROM schema_migrations WHERE name LIKE 'Accounts%';
      DROP TRIGGER users_deleted ON users; DROP FUNCTION keep_deleted_id; DROP TABLE deleted_users;
      DROP INDEX users_foreign_hashes; DROP FUNCTION foreign_hash_kind;
      ALTER TABLE users DROP CONSTRAINT users_username_not_empty, DROP COLUMN must_change_password;
      INSERT INTO users (id, username, hashed_password) VALUES ('${back}', 'back', 'x'), ('${nameless}', '', 'x');
      INSERT INTO audit_log (actor, action, subject) VALUES ('x', 'user.deleted.v1', '${gone}'),
        ('x', 'user.deleted.v1', '${gone}'), ('x', 'user.deleted.v1', '${back}'), ('x', 'user.deleted.v1', 'unknown')`)
    expect((await migrate(ownerUrl)).ran).toEqual(['Accounts1764000000007'])
    expect(await owner.query('SELECT id FROM deleted_users')).toEqual([{ id: gone }])
    const [user] = await owner.query('SELECT username, version FROM users WHERE id = $1', [nameless])
    expect(user).toEqual({ username: `unnamed-${nameless}`, version: 1 })
    const renamed = owner.query("UPDATE users SET username = '' WHERE id = $1", [nameless])
    await expect(renamed).rejects.toThrow('users_username_not_empty')
    await owner.query('DELETE FROM users WHERE id = $1', [back])
    expect(await owner.query('SELECT id FROM deleted_users ORDER BY id')).toEqual([{ id: gone }, { id: back }])
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
