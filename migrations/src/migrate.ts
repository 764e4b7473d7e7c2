import { DataSource } from 'typeorm'
import { Identity1764000000001 } from './migrations/0001-identity.ts'
import { Operations1764000000002 } from './migrations/0002-operations.ts'
import { History1764000000003 } from './migrations/0003-history.ts'
import { SessionExpiry1764000000004 } from './migrations/0004-session-expiry.ts'
import { SessionEndings1764000000005 } from './migrations/0005-session-endings.ts'
import { LoginThrottles1764000000006 } from './migrations/0006-login-throttles.ts'
import { Accounts1764000000007 } from './migrations/0007-accounts.ts'
import { RecordsAndRefresh1764000000008 } from './migrations/0008-records-and-refresh.ts'

// Any number, the same for all: jobs started at once queue up on it, and the later ones find nothing to do.
const migrationLock = 7_310_001

/** All migrations, oldest first. One that is merged is never edited again. */
const migrations = [
  Identity1764000000001,
  Operations1764000000002,
  History1764000000003,
  SessionExpiry1764000000004,
  SessionEndings1764000000005,
  LoginThrottles1764000000006,
  Accounts1764000000007,
  RecordsAndRefresh1764000000008,
]

/**
 * Brings a database to the newest schema. Safe to run at any time and several times at once.
 * @param url of a role that owns the database
 * @returns the names of the migrations that ran, and the schema's version: the name of the newest one
 */
export const migrate = async (url: string) => {
  const db = new DataSource({
    type: 'postgres',
    url,
    migrations,
    migrationsTableName: 'schema_migrations',
    migrationsTransactionMode: 'each',
    connectTimeoutMS: 5_000,
    // The lock sits on one connection and the migrations run on another.
    poolSize: 2,
  })
  await db.initialize()
  try {
    const lock = db.createQueryRunner()
    await lock.query('SELECT pg_advisory_lock($1)', [migrationLock])
    try {
      const ran = await db.runMigrations()
      // Services compare versions at their start, so they must be able to read them.
      await db.query('GRANT SELECT ON schema_migrations TO gatehouse_identity')
      return { ran: ran.map((it) => it.name), version: migrations.at(-1)?.name ?? 'none' }
    } finally {
      await lock.query('SELECT pg_advisory_unlock($1)', [migrationLock])
      await lock.release()
    }
  } finally {
    await db.destroy()
  }
}
