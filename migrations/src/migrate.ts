import { DataSource, type MigrationInterface, QueryFailedError, type QueryRunner } from 'typeorm'
import { type MigrationFile, readMigrations } from './migration-files.ts'

/** Receives progress messages. */
type Log = { info: (details: object, message: string) => void }

// Advisory lock, the same for all jobs: concurrent jobs wait for it, and then find nothing to do.
const migrationLock = 7_310_001

const lineOf = (sql: string, error: unknown) => {
  const { position } = error instanceof QueryFailedError ? (error.driverError as { position?: string }) : {}
  return position === undefined ? '' : `, line ${sql.slice(0, Number(position)).split('\n').length}`
}

const migrationFailed = ({ file, sql }: MigrationFile, cause: unknown) =>
  new Error(
    `${file}${lineOf(sql, cause)}: ${cause instanceof Error ? cause.message : cause}. It was rolled back; the migrations before it were committed.`,
    { cause },
  )

/** A migration in the form that TypeORM requires. */
const migrationClass = (migration: MigrationFile, log: Log) =>
  class implements MigrationInterface {
    readonly name = migration.recordedAs

    async up(db: QueryRunner) {
      const startedAt = performance.now()
      log.info({ file: migration.file }, 'migrating')
      try {
        await db.query(migration.sql)
      } catch (error) {
        throw migrationFailed(migration, error)
      }
      log.info({ file: migration.file, seconds: Math.round(performance.now() - startedAt) / 1000 }, 'migrated')
    }

    async down() {
      throw new Error('Migrations cannot be reverted.')
    }
  }

/** Runs `work` while holding the migration lock. */
const whileLocked = async <Result>(db: DataSource, log: Log, work: () => Promise<Result>) => {
  const lock = db.createQueryRunner()
  try {
    const [{ taken }] = await lock.query('SELECT pg_try_advisory_lock($1) AS taken', [migrationLock])
    if (!taken) {
      log.info({}, 'waiting for another migration job on this database')
      await lock.query('SELECT pg_advisory_lock($1)', [migrationLock])
    }
    try {
      return await work()
    } finally {
      await lock.query('SELECT pg_advisory_unlock($1)', [migrationLock])
    }
  } finally {
    await lock.release()
  }
}

/**
 * Migrates a database to the newest schema, each migration in a transaction. Safe to run at any time, also concurrently.
 * @param url with a role that owns the database
 * @returns the names of the migrations that ran, and the schema version: the name of the newest migration
 * @throws Error that names the file and line of a migration that failed
 */
export const migrate = async (
  url: string,
  { log = { info: () => {} }, folder = new URL('sql/', import.meta.url) }: { log?: Log; folder?: URL } = {},
) => {
  const migrations = readMigrations(folder)
  const db = new DataSource({
    type: 'postgres',
    url,
    migrations: migrations.map((it) => migrationClass(it, log)),
    migrationsTableName: 'schema_migrations',
    migrationsTransactionMode: 'each',
    connectTimeoutMS: 5_000,
    // One connection holds the lock, another one runs the migrations.
    poolSize: 2,
  })
  await db.initialize()
  try {
    return await whileLocked(db, log, async () => {
      const ran = await db.runMigrations()
      // Services compare the schema version at startup.
      await db.query('GRANT SELECT ON schema_migrations TO gatehouse_identity')
      return { ran: ran.map((it) => it.name), version: migrations.at(-1)?.recordedAs ?? 'none' }
    })
  } finally {
    await db.destroy()
  }
}
