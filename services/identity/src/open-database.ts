import { AppError, type Logger } from '@gatehouse/service'
import { DataSource, QueryFailedError } from 'typeorm'
import { signingKeyEntity } from './keys/signing-key.entity.ts'
import { outboxEntity } from './outbox/outbox.entity.ts'
import { sessionEntity } from './sessions/session.entity.ts'
import { userEntity } from './users/user.entity.ts'

/** The newest migration that this code requires. A test compares it with the migrations. */
export const schemaVersion = 'RecordsAndRefresh1764000000008'

export const entities = [userEntity, sessionEntity, signingKeyEntity, outboxEntity]

/** @throws Error that names both versions, if the database has another schema */
const checkSchema = async (db: DataSource) => {
  const [newest]: [{ name: string }?] = await db.query('SELECT name FROM schema_migrations ORDER BY id DESC LIMIT 1')
  if (newest?.name === schemaVersion) return
  throw new Error(
    `The database has schema ${newest?.name ?? 'none'}, this service requires ${schemaVersion}. Run the migrate job.`,
  )
}

/** Timeout of jobs and commands, which should not fail just because the machine is busy. */
export const patientMs = 10_000

/** Opens the connection pool. Getting a connection and each query time out after `withinMs`. */
export const openDatabase = async (url: string, log: Logger, withinMs = patientMs) => {
  const db = new DataSource({
    type: 'postgres',
    url,
    entities,
    synchronize: false,
    poolSize: 10,
    connectTimeoutMS: withinMs,
    poolErrorHandler: (error: Error) => log.warn({ err: error }, 'an idle database connection failed'),
    // Postgres' own timeout is shorter, so that it cancels the query as well.
    extra: { statement_timeout: withinMs, query_timeout: withinMs + 100, idle_in_transaction_session_timeout: 5_000 },
  })
  await db.initialize()
  try {
    await checkSchema(db)
    return db
  } catch (error) {
    await db.destroy()
    throw error
  }
}

/** Readiness check: the pool has a connection and Postgres responds. */
export const checkDatabase = async (db: DataSource): Promise<{ state: 'up' | 'down'; detail?: string }> => {
  try {
    await db.query('SELECT 1')
    return { state: 'up' }
  } catch (error) {
    return { state: 'down', detail: error instanceof Error ? error.message : String(error) }
  }
}

// SQLSTATE classes: connection exception, insufficient resources, operator intervention (restart, canceled query).
const outageState = /^(08|53|57)/
const outageMessage = /timeout|Connection terminated|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ENOTFOUND|EPIPE/i

/** The refusal for an outage of Postgres; null for any other error. */
export const recogniseDatabaseOutage = (error: unknown): AppError | null => {
  const cause = error instanceof QueryFailedError ? error.driverError : error
  if (!(cause instanceof Error)) return null
  const code = (cause as { code?: string }).code ?? ''
  if (!outageState.test(code) && !outageMessage.test(`${code} ${cause.message}`)) return null
  return new AppError('unavailable', 'database_unavailable', 'The user database is unavailable. Try again shortly.', {
    cause: error,
    headers: { 'Retry-After': '1' },
  })
}
