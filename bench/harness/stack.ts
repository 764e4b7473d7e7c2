import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { migrate } from '@gatehouse/migrations'
import { startPostgres, startRabbitMq } from '@gatehouse/testkit'
import pg from 'pg'
import { startIdentityProcess } from './identity-process.ts'
import { fillUsers } from './users.ts'

const run = promisify(execFile)

/** The migrations of another checkout. */
const migrateAs = (root: string, databaseUrl: string) =>
  run(process.execPath, ['migrations/src/main.ts'], { cwd: root, env: { DATABASE_URL: databaseUrl } })

/** Real Postgres and RabbitMQ, and any number of identities with their own databases. */
export const startStack = async () => {
  const closers: (() => Promise<unknown> | unknown)[] = []
  const stop = async () => {
    for (const close of closers.splice(0).reverse()) await close()
  }
  // Nothing else stops the containers of an interrupted run.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop().finally(() => process.exit(1)))
  try {
    const postgres = await startPostgres()
    closers.push(postgres.stop)
    const rabbitMq = await startRabbitMq()
    closers.push(rabbitMq.stop)

    const { host, port, superuserPassword, rolePassword } = postgres.address
    const urlOf = (role: string, secret: string, database: string) =>
      `postgres://${role}:${secret}@${host}:${port}/${database}`
    const createDatabase = async (name: string) => {
      const client = new pg.Client({ connectionString: urlOf('postgres', superuserPassword, 'postgres') })
      await client.connect()
      try {
        await client.query(`CREATE DATABASE ${name} OWNER gatehouse_owner`)
      } finally {
        await client.end()
      }
    }

    return {
      /**
       * Starts identity on a new database with this many users, all with the same password hash.
       * @param release another checkout, whose schema and service are meant
       */
      startIdentity: async (name: string, users: number, hashedPassword: string, release?: string) => {
        await createDatabase(name)
        const ownerUrl = urlOf('gatehouse_owner', rolePassword, name)
        if (release === undefined) await migrate(ownerUrl)
        else await migrateAs(release, ownerUrl)
        await fillUsers(ownerUrl, users, hashedPassword)
        const vhost = await rabbitMq.createVhost()
        const database = urlOf('gatehouse_identity', rolePassword, name)
        const identity = await startIdentityProcess({ database, broker: vhost.identityUrl }, release)
        closers.push(identity.stop)
        return { ...identity, ownerUrl, vhost }
      },
      createVhost: rabbitMq.createVhost,
      broker: { pause: rabbitMq.pause, unpause: rabbitMq.unpause, kill: rabbitMq.kill, start: rabbitMq.start },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}
export type Stack = Awaited<ReturnType<typeof startStack>>
export type Identity = Awaited<ReturnType<Stack['startIdentity']>>
