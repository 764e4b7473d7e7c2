import { randomBytes } from 'node:crypto'
import type { GatehouseEvent, LoginForm } from '@gatehouse/contracts'
import { migrate } from '@gatehouse/migrations'
import { createLog } from '@gatehouse/service'
import { checkDeclared, createTestDatabase, createTestVhost } from '@gatehouse/testkit'
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

type Body = Record<string, unknown>
export type Answer = { status: number; headers: Headers; body: Body }

export const withoutRequestId = ({ status, headers, body }: Answer) => {
  const plain = Object.fromEntries([...headers].filter(([name]) => name !== 'x-request-id' && name !== 'date'))
  return { status, headers: plain, body: { ...body, request_id: '' } }
}

/** Calls one replica. */
const clientOf = (url: string) => {
  const call = async (path: string, init: RequestInit): Promise<Answer> => {
    const response = await fetch(url + path, init)
    const text = await response.text()
    const answer = { status: response.status, headers: response.headers, body: text === '' ? {} : JSON.parse(text) }
    checkDeclared(init.method ?? 'GET', path, { ...answer, type: response.headers.get('content-type') })
    return answer
  }
  const post = (path: string, body?: unknown, token?: string, headers: Record<string, string> = {}) =>
    call(path, {
      method: 'POST',
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  return {
    url,
    post,
    get: (path: string, headers: Record<string, string> = {}) => call(path, { headers }),
    /** Any method, as somebody. */
    as:
      (token: string) =>
      (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
        call(path, {
          method,
          headers: {
            authorization: `Bearer ${token}`,
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
            ...headers,
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        }),
    /** As a service with a credential. */
    asGateway: (path: string, form: Record<string, string>, secret = gatewaySecret) =>
      call(path, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa(`gateway:${secret}`)}` },
        body: new URLSearchParams(form),
      }),
    logIn: (username: string, password: string, more: Partial<LoginForm> = {}) =>
      call('/auth/login', {
        method: 'POST',
        body: new URLSearchParams({ username, password, ...more } as Body & never),
      }),
    lookUp: (ids: string[]) =>
      post('/internal/sessions/lookup', { ids }, undefined, {
        authorization: `Basic ${btoa(`gateway:${gatewaySecret}`)}`,
      }),
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
  const createUser = async ({
    username,
    password = 'correct horse',
    fullName,
    roles = [],
    isActive = true,
  }: NewUser) => {
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
    createUser,
    /** Creates the user and signs in. */
    signUp: async (newUser: NewUser) => {
      const user = await createUser(newUser)
      const { body } = await client.logIn(newUser.username, newUser.password ?? 'correct horse')
      return { user, token: String(body.access_token), refreshToken: String(body.refresh_token) }
    },
    /** Everything in the outbox, in order. */
    events: async (): Promise<GatehouseEvent[]> =>
      (await query('SELECT payload FROM outbox ORDER BY seq')).map((it) => it.payload),
  }
}
