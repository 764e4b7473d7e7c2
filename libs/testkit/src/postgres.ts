import pg from 'pg'
import { Wait } from 'testcontainers'
import { containerOf, faultsOf } from './container.ts'
import { freePort } from './free-port.ts'
import { images } from './images.ts'

/** Address and passwords of a Postgres, as plain data that can be passed to test processes. */
export type PostgresAddress = { host: string; port: number; superuserPassword: string; rolePassword: string }

export type Role = 'postgres' | 'gatehouse_owner' | 'gatehouse_identity'

export const databaseUrl = (at: PostgresAddress, role: Role, database: string) => {
  const password = role === 'postgres' ? at.superuserPassword : at.rolePassword
  return `postgres://${role}:${password}@${at.host}:${at.port}/${database}`
}

/** Runs `work` on a superuser connection and closes it, which releases its locks. */
export const asSuperuser = async <Result>(at: PostgresAddress, work: (client: pg.Client) => Promise<Result>) => {
  const client = new pg.Client({ connectionString: databaseUrl(at, 'postgres', 'postgres') })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

// The data need not survive a crash of the machine, but must survive `kill`, so commits stay synchronous.
const speed = ['fsync=off', 'full_page_writes=off', 'max_connections=300']

/** Starts a Postgres with the two roles of the stack. It keeps its data and its port over `kill` and `start`. */
export const startPostgres = async () => {
  const passwords = { superuserPassword: crypto.randomUUID(), rolePassword: crypto.randomUUID() }
  const container = await containerOf(images().postgres)
    .withEnvironment({ POSTGRES_PASSWORD: passwords.superuserPassword, POSTGRES_INITDB_ARGS: '--no-sync' })
    .withCommand(['postgres', ...speed.flatMap((it) => ['-c', it])])
    .withExposedPorts({ container: 5432, host: await freePort() })
    // The first message is from the temporary server of the set-up.
    .withWaitStrategy(Wait.forLogMessage(/ready to accept connections/, 2))
    .start()
  const address: PostgresAddress = { host: container.getHost(), port: container.getMappedPort(5432), ...passwords }
  await asSuperuser(address, async (client) => {
    await client.query(`CREATE ROLE gatehouse_owner LOGIN PASSWORD '${address.rolePassword}'`)
    await client.query(`CREATE ROLE gatehouse_identity LOGIN PASSWORD '${address.rolePassword}'`)
  })
  return { address, ...faultsOf(container), stop: async () => void (await container.stop()) }
}
export type Postgres = Awaited<ReturnType<typeof startPostgres>>
