import { DataSource, type MigrationInterface, QueryFailedError, type QueryRunner } from 'typeorm'
import { type MigrationFile, readMigrations } from './migration-files.ts'

/** Where progress is told. */
type Log = { info: (details: object, message: string) => void }

// Any number, the same for all: jobs started at once queue up on it, and the later ones find nothing to do.
const migrationLock = 7_310_001

const lineOf = (sql: string, error: unknown) => {
  const { position } = error instanceof QueryFailedError ? (error.driverError as { position?: string }) : {}
  return position === undefined ? '' : `, line ${sql.slice(0, Number(position)).split('\n').length}`
}

const migrationFailed = ({ file, sql }: MigrationFile, cause: unknown) =>
  new Error(
    `${file}${lineOf(sql, cause)}: ${cause instanceof Error ? cause.message : cause}. Nothing of it was kept; the migrations before it were.`,
    { cause },
  )

/** TypeORM runs classes. */
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
      throw new Error('Migrations go forward only.')
    }
  }

/** Runs `work` while no other job migrates this database. */
const whileLocked = async <Result>(db: DataSource, log: Log, work: () => Promise<Result>) => {
  const lock = db.createQueryRunner()
  try {
    const [{ taken }] = await lock.query('SELECT pg_try_advisory_lock($1) AS taken', [migrationLock])
    if (!taken) {
      log.info({}, 'another job migrates this database; waiting for it')
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
 * Brings a database to the newest schema, each migration in a transaction. Safe to run at any time and several times at once.
 * @param url of a role that owns the database
 * @returns the names of the migrations that ran, and the schema's version: the name of the newest one
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
    // The lock sits on one connection and the migrations run on another.
    poolSize: 2,
  })
  await db.initialize()
  try {
    return await whileLocked(db, log, async () => {
      const ran = await db.runMigrations()
      // Services compare versions at their start, so they must be able to read them.
      await db.query('GRANT SELECT ON schema_migrations TO gatehouse_identity')
      return { ran: ran.map((it) => it.name), version: migrations.at(-1)?.recordedAs ?? 'none' }
    })
  } finally {
    await db.destroy()
  }
}
