import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Client } from 'pg'
import { asSuperuser, databaseUrl, type PostgresAddress } from './postgres.ts'

type Migrate = (ownerUrl: string) => Promise<unknown>

// One per `migrate` function, shared by all tests of a run.
const templateOf = (migrate: Migrate) =>
  `migrated_${createHash('sha256').update(migrate.toString()).digest('hex').slice(0, 16)}`
// An arbitrary key; the lock makes concurrent test processes create the template one at a time.
const templateLock = 7_310_002

const newName = (kind: string) => `${kind}_${crypto.randomUUID().replaceAll('-', '')}`

const create = async (client: Client, name: string, from: string) => {
  await client.query(`CREATE DATABASE ${name} OWNER gatehouse_owner TEMPLATE ${from}`)
  await client.query(`REVOKE ALL ON DATABASE ${name} FROM PUBLIC`)
  await client.query(`GRANT CONNECT ON DATABASE ${name} TO gatehouse_identity`)
}

/** Migrates once for all tests of a run. It is renamed when complete, so a failed migration leaves no template. */
const makeTemplate = (at: PostgresAddress, migrate: Migrate, template: string) =>
  asSuperuser(at, async (client) => {
    await client.query('SELECT pg_advisory_lock($1)', [templateLock])
    const found = await client.query('SELECT FROM pg_database WHERE datname = $1', [template])
    if (found.rowCount) return
    const unfinished = newName('unfinished')
    await create(client, unfinished, 'template1')
    await migrate(databaseUrl(at, 'gatehouse_owner', unfinished))
    await client.query(`ALTER DATABASE ${unfinished} RENAME TO ${template}`)
  })

// A pool ends before its connections do, and a connection that is cut off then emits an error that nobody handles.
const connectionsClosed = async (client: Client, name: string) => {
  for (let tries = 0; tries < 20; tries += 1) {
    const { rowCount } = await client.query('SELECT FROM pg_stat_activity WHERE datname = $1', [name])
    if (rowCount === 0) return
    await delay(25)
  }
}

/**
 * A database for one test.
 * @param migrate migrates an empty database, given by its owner's URL; without it the database stays empty
 * @returns the URLs of owner and service role; `drop()` ends connections that are still open after half a second
 */
export const createDatabaseOn = async (at: PostgresAddress, migrate?: Migrate) => {
  const template = migrate ? templateOf(migrate) : 'template1'
  if (migrate) await makeTemplate(at, migrate, template)
  const name = newName('test')
  await asSuperuser(at, (client) => create(client, name, template))
  return {
    name,
    ownerUrl: databaseUrl(at, 'gatehouse_owner', name),
    serviceUrl: databaseUrl(at, 'gatehouse_identity', name),
    superuserUrl: databaseUrl(at, 'postgres', name),
    drop: () =>
      asSuperuser(at, async (client) => {
        await connectionsClosed(client, name)
        await client.query(`DROP DATABASE ${name} WITH (FORCE)`)
      }),
  }
}
export type TestDatabase = Awaited<ReturnType<typeof createDatabaseOn>>
