import { randomBytes } from 'node:crypto'
import type { GatehouseEvent, LoginForm } from '@gatehouse/contracts'
import { migrate } from '@gatehouse/migrations'
import { createLog } from '@gatehouse/service'
import {
  type Answer,
  checkDeclared,
  createClient,
  createTestDatabase,
  createTestVhost,
  granted,
} from '@gatehouse/testkit'
import pg from 'pg'
import { onTestFinished } from 'vitest'
import { createAccounts } from '../src/accounts/accounts.ts'
import { type IdentityConfig, readIdentityConfig } from '../src/config.ts'
import { startIdentity } from '../src/identity.ts'
import { openDatabase, patientMs } from '../src/open-database.ts'
import { createOutbox } from '../src/outbox/outbox.repository.ts'
import { openPasswords } from '../src/passwords/passwords.ts'
import { writeSecrets } from './write-secrets.ts'

export const gatewaySecret = 'the secret of the gateway in tests'
const log = createLog('identity-test', process.env.TEST_LOG_LEVEL ?? 'silent')
// As cheap as Argon2 gets: what a hash costs is measured in bench/.
const argon2 = { memoryCost: 256, timeCost: 1, parallelism: 1 }

export const withoutRequestId = ({ status, headers, body }: Answer<object>) => {
  const plain = Object.fromEntries([...headers].filter(([name]) => name !== 'x-request-id' && name !== 'date'))
  return { status, headers: plain, body: { ...body, request_id: '' } }
}

/** Calls one replica; every answer has to be one that its call declares. */
const clientOf = (url: string) => {
  const client = createClient(url, { onAnswer: checkDeclared })
  return {
    ...client,
    gateway: client.asService('gateway', gatewaySecret),
    signIn: (username: string, password: string, more: Partial<LoginForm> = {}) =>
      client.logIn({ body: { username, password, ...more } }),
  }
}

type NewUser = { username: string; password?: string; fullName?: string; roles?: string[]; isActive?: boolean }

/** A replica of identity on a free port, with a database and a vhost of its own. All of it ends with the test. */
export const startTestIdentity = async (overrides: Partial<IdentityConfig> = {}) => {
  const [database, vhost] = await Promise.all([createTestDatabase({ migrate }), createTestVhost()])
  onTestFinished(async () => void (await Promise.all([database.drop(), vhost.drop()])))
  const config: IdentityConfig = {
    ...readIdentityConfig({
      NODE_ENV: 'test',
      LOG_LEVEL: 'silent',
      HOST: '127.0.0.1',
      PORT: '0',
      DATABASE_URL: database.serviceUrl,
      BROKER_URL: vhost.identityUrl,
      ...writeSecrets({ keySecrets: [randomBytes(32).toString('hex')], services: { gateway: gatewaySecret } }),
    }),
    argon2,
    // A busy machine is no outage; what an outage is answered is tested from outside.
    databaseWithinMs: patientMs,
    ...overrides,
  }
  const start = async () => {
    const identity = await startIdentity(config, log)
    let closed: Promise<void> | undefined
    const close = () => {
      closed ??= identity.close()
      return closed
    }
    onTestFinished(close)
    return { ...clientOf(identity.url), close }
  }
  const client = await start()

  const db = await openDatabase(database.serviceUrl, log)
  onTestFinished(() => db.destroy())
  const { hash } = await openPasswords({ argon2, issuer: config.issuer }, log)
  // Passwords of tests are short and plain.
  const passwords = { hash, checkNew: () => undefined }
  const accounts = createAccounts({ db, outboxIn: createOutbox(config.issuer), passwords })
  const queryAs =
    (connectionString: string) =>
    async (sql: string, values: unknown[] = []) => {
      const connection = new pg.Client({ connectionString })
      await connection.connect()
      try {
        return (await connection.query(sql, values)).rows
      } finally {
        await connection.end()
      }
    }
  const query = queryAs(database.ownerUrl)
  const addUser = async ({ username, password = 'correct horse', fullName, roles = [], isActive = true }: NewUser) => {
    const user = await accounts.create({ username, password, fullName: fullName ?? null, roles }, 'internal')
    if (!isActive) await query('UPDATE users SET is_active = false WHERE id = $1', [user.id])
    return user
  }

  return {
    ...client,
    issuer: config.issuer,
    vhost,
    database,
    query,
    queryAsService: queryAs(database.serviceUrl),
    startReplica: start,
    addUser,
    /** Adds the user and signs in. */
    signUp: async (newUser: NewUser) => {
      const user = await addUser(newUser)
      const tokens = await granted(client.signIn(newUser.username, newUser.password ?? 'correct horse'))
      return { user, token: tokens.access_token, refreshToken: tokens.refresh_token }
    },
    /** Everything in the outbox, in order. */
    events: async (): Promise<GatehouseEvent[]> =>
      (await query('SELECT payload FROM outbox ORDER BY seq')).map((it) => it.payload),
  }
}
