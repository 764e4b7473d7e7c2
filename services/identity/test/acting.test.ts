import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { eventually } from '@gatehouse/testkit'
import { decodeJwt } from 'jose'
import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { foreignHashes } from '../src/passwords/stored-hash.samples.ts'
import { startTestIdentity } from './start-test-identity.ts'

type Identity = Awaited<ReturnType<typeof startTestIdentity>>

const bcrypt = foreignHashes.find(([what]) => what === 'bcrypt')?.[1] ?? ''
const row = (username: string, more = {}) => `${JSON.stringify({ username, hashed_password: bcrypt, ...more })}\n`

const start = async () => {
  const identity = await startTestIdentity()
  const admin = await identity.signUp({ username: 'root', roles: ['admin'] })
  const other = await identity.signUp({ username: 'other', roles: ['admin'] })
  const ada = await identity.signUp({ username: 'ada' })
  return { identity, admin, other, ada }
}

/** An import whose lines come when the test wants; by then its caller has long been let in. */
const openImport = async (identity: Identity, token: string, query = '') => {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' }
  const req = request(`${identity.url}/users/import${query}`, { method: 'POST', headers })
  const answered = once(req, 'response') as Promise<[IncomingMessage]>
  req.flushHeaders()
  const finish = async () => {
    req.end()
    const [res] = await answered
    let text = ''
    for await (const chunk of res) text += chunk
    return {
      status: res.statusCode,
      lines: text
        .trim()
        .split('\n')
        .map((it) => JSON.parse(it)),
    }
  }
  return { write: (lines: string) => void req.write(lines), answered, finish }
}

const countUsers = async (identity: Identity) => Number((await identity.query('SELECT count(*) AS n FROM users'))[0].n)

const connect = async (connectionString: string) => {
  const client = new pg.Client({ connectionString })
  await client.connect()
  onTestFinished(() => client.end())
  return client
}

/** A change by somebody else that is under way, and done when the test says so. */
const openChange = async (identity: Identity, sql: string, values: unknown[]) => {
  const client = await connect(identity.database.ownerUrl)
  // What others wait for is seen by a superuser alone.
  const onlooker = await connect(identity.database.superuserUrl)
  const anyWaiting = "FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
  await client.query('BEGIN')
  await client.query(sql, values)
  return {
    commit: () => client.query('COMMIT'),
    /** Until a call waits for it: so it was let in before, and has to decide after. */
    untilWaitedFor: () =>
      eventually(async () => expect((await onlooker.query(`SELECT ${anyWaiting}`)).rowCount).toBe(1), { everyMs: 10 }),
  }
}

const deactivation = 'UPDATE users SET is_active = false, session_generation = session_generation + 1 WHERE id = $1'
const demotion = "UPDATE users SET roles = '{}' WHERE id = $1"
const revocation = 'UPDATE sessions SET revoked_at = now() WHERE user_id = $1'
const wholesale = 'UPDATE users SET session_generation = session_generation + 1 WHERE id = $1'

describe('an import whose admin is thrown out meanwhile', () => {
  it('plants no admin: it is refused as any call of who has no session', async () => {
    const { identity, admin, other } = await start()
    for (const query of ['', '?dry_run=true']) {
      const { token } = query === '' ? admin : await identity.signUp({ username: 'second', roles: ['admin'] })
      const importing = await openImport(identity, token, query)
      importing.write('\n')
      const { sub } = decodeJwt(token)
      expect(await identity.as(other.token).deactivateUser({ id: String(sub) })).toMatchObject({ status: 200 })
      const before = await countUsers(identity)
      importing.write(row('mallory', { roles: ['admin'] }))
      expect(await importing.finish()).toMatchObject({ status: 401, lines: [{ code: 'session_ended' }] })
      expect(await countUsers(identity)).toBe(before)
    }
    expect(await identity.signIn('mallory', 'correct horse')).toMatchObject({ status: 401 })
  })

  it('takes what came before and nothing after, and its last line says so', async () => {
    const { identity, admin, other } = await start()
    const importing = await openImport(identity, admin.token)
    const rows = (from: number) => Array.from({ length: 500 }, (_, at) => row(`user-${from + at}`)).join('')
    importing.write(`not json\n${rows(0)}`)
    await eventually(async () => expect(await countUsers(identity)).toBe(503))
    const demoted = await identity
      .as(other.token)
      .changeUser({ id: admin.user.id, body: { roles: [] }, headers: { 'if-match': '*' } })
    expect(demoted).toMatchObject({ status: 200 })
    importing.write(rows(500))
    importing.write(rows(1000))
    const { status, lines } = await importing.finish()
    expect(status, 'sent with the first refused line').toBe(200)
    expect(lines).toMatchObject([
      { line: 1, code: 'invalid_row' },
      { code: 'insufficient_scope', detail: expect.any(String), stopped_at: 502 },
    ])
    expect(await countUsers(identity)).toBe(503)
  })
})

describe('many imports of one admin', () => {
  it('take turns, so that they hold nobody up who throws that admin out', async () => {
    const { identity, admin, other } = await start()
    const onlooker = await connect(identity.database.superuserUrl)
    const inserting = "state <> 'idle' AND usename = 'gatehouse_identity' AND query ILIKE 'INSERT INTO users%'"
    const busy = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND ${inserting}`
    const headers = { 'content-type': 'application/x-ndjson' }
    const bodies = Array.from({ length: 8 }, (_, nth) =>
      Array.from({ length: 3_000 }, (_, at) => row(`user-${nth}-${at}`)).join(''),
    )
    let isOver = false
    const imports = Promise.all(
      bodies.map((body) => identity.as(admin.token).send('POST', '/users/import', { headers, body })),
    ).finally(() => {
      isOver = true
    })
    let most = 0
    let isOut = false
    while (!isOver) {
      most = Math.max(most, (await onlooker.query(busy)).rowCount ?? 0)
      if (most === 0 || isOut) continue
      expect(await identity.as(other.token).deactivateUser({ id: admin.user.id })).toMatchObject({
        status: 200,
      })
      isOut = true
    }
    expect((await imports).map((it) => it.status)).toContain(401)
    expect({ isOut, most }).toEqual({ isOut: true, most: 1 })
  })
})

describe('a change by somebody who was let in, and is thrown out before it is made', () => {
  const changes: [what: string, method: string, path: string, body?: object][] = [
    ['creating a user', 'POST', '/users', { username: 'mallory', password: 'correct horse', roles: ['admin'] }],
    ['changing one', 'PATCH', '/users/ADA', { roles: ['admin'] }],
    ['deactivating one', 'POST', '/users/ADA/deactivate'],
    ['activating one', 'POST', '/users/ADA/activate'],
    ['deleting one', 'DELETE', '/users/ADA'],
    ['setting a password', 'POST', '/users/ADA/password', { new_password: 'battery staple' }],
    ['ending sessions', 'DELETE', '/users/ADA/sessions'],
  ]
  const own: typeof changes = [
    ['a new password', 'POST', '/auth/password', { current_password: 'correct horse', new_password: 'battery staple' }],
    ['ending the other sessions', 'DELETE', '/auth/sessions'],
    ['signing out', 'POST', '/auth/logout'],
    ['ending one of them', 'DELETE', '/auth/sessions/SID'],
  ]

  /** The call waits for what throws its caller out, and comes after it. */
  const overtake = async (identity: Identity, throwOut: string, [, method, path, body]: (typeof changes)[number]) => {
    const name = crypto.randomUUID().slice(0, 8)
    const ada = await identity.addUser({ username: `ada-${name}` })
    const admin = await identity.signUp({ username: `root-${name}`, roles: ['admin'] })
    const change = await openChange(identity, throwOut, [admin.user.id])
    const where = path.replace('ADA', ada.id).replace('SID', String(decodeJwt(admin.token).sid))
    const before = await identity.query('SELECT id, version, roles FROM users ORDER BY id')
    const events = (await identity.events()).length
    const answer = identity.as(admin.token).send(method, where, { json: body, headers: { 'if-match': '*' } })
    await change.untilWaitedFor()
    await change.commit()
    const { status, body: problem } = await answer
    const after = await identity.query('SELECT id, version, roles FROM users ORDER BY id')
    if (throwOut !== demotion) expect(after).toEqual(before)
    expect(await identity.events()).toHaveLength(events)
    return [status, problem.code]
  }

  it.each([...changes, ...own])('is refused: %s', async (...change) => {
    const identity = await startTestIdentity()
    for (const throwOut of [deactivation, revocation, wholesale]) {
      expect(await overtake(identity, throwOut, change), throwOut).toEqual([401, 'session_ended'])
    }
  })

  it('is refused to who is no admin any more', async () => {
    const identity = await startTestIdentity()
    for (const change of changes) {
      expect(await overtake(identity, demotion, change), change[0]).toEqual([403, 'insufficient_scope'])
    }
  }, 20_000)
})

describe('admins who act on each other', () => {
  it('take turns, and one of them is too late', async () => {
    const { identity, admin, other } = await start()
    const third = await identity.signUp({ username: 'third', roles: ['admin'] })
    // Two who wait for each other are told so, instead of running into the time that a statement may take.
    const onlooker = await connect(identity.database.superuserUrl)
    await onlooker.query(`ALTER DATABASE ${identity.database.name} SET deadlock_timeout = '50ms'`)
    const [one, two] = await Promise.all([identity.startReplica(), identity.startReplica()])
    const pair = [admin.user, other.user] as const
    let decided = 0
    for (let round = 0; round < 25; round += 1) {
      const [token, token2] = (
        await Promise.all(pair.map(({ username }) => identity.signIn(username, 'correct horse')))
      ).map((it) => it.body.access_token) as [string, string]
      const rows = Array.from({ length: 40 }, (_, at) => row(`user-${round}-${at}`)).join('')
      const headers = { 'content-type': 'application/x-ndjson' }
      const answers = await Promise.all([
        one.as(token).deactivateUser({ id: pair[1].id.toUpperCase() }),
        two.as(token2).deactivateUser({ id: pair[0].id }),
        two.as(token2).send('POST', '/users/import', { headers, body: rows }),
      ])
      const statuses = answers.map((it) => it.status)
      // 503: the machine was too busy to tell.
      for (const status of statuses) expect([200, 401, 503]).toContain(status)
      const succeeded = statuses.slice(0, 2).filter((it) => it === 200).length
      expect(succeeded).toBeLessThanOrEqual(1)
      decided += succeeded
      for (const { id } of pair) {
        await eventually(async () =>
          expect(await identity.as(third.token).activateUser({ id })).toMatchObject({ status: 200 }),
        )
      }
    }
    expect(decided).toBeGreaterThan(0)
  }, 60_000)
})
