import type { GatehouseEvent } from '@gatehouse/contracts'
import { eventually } from '@gatehouse/testkit'
import { decodeJwt } from 'jose'
import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startTestIdentity } from './start-test-identity.ts'

type Identity = Awaited<ReturnType<typeof startTestIdentity>>

let plantedBefore = 0

/** Sessions that were there before anybody limited them, the oldest of all. @returns their ids */
const plantSessions = async (identity: Identity, userId: string, howMany: number): Promise<string[]> => {
  const rows = await identity.query(
    `INSERT INTO sessions (id, user_id, client_id, expires_at, idle_expires_at)
     SELECT ('00000000-0000-7' || lpad(to_hex($2::int), 3, '0') || '-8000-' || lpad(to_hex(n), 12, '0'))::uuid, $1,
            'planted', now() + interval '1 day', now() + interval '1 day'
       FROM generate_series(1, $3::int) n RETURNING id`,
    [userId, plantedBefore++, howMany],
  )
  return rows.map((it) => it.id)
}

const start = async (sessions: number, overrides: Parameters<typeof startTestIdentity>[0] = {}) => {
  const identity = await startTestIdentity(overrides)
  const admin = await identity.signUp({ username: 'root', roles: ['admin'] })
  const ada = await identity.signUp({ username: 'ada' })
  const planted = await plantSessions(identity, ada.user.id, sessions)
  const live = async () => {
    const states = []
    for (let at = 0; at < planted.length; at += 500) {
      const { body } = await identity.gateway.lookUpSessions({ body: { ids: planted.slice(at, at + 500) } })
      states.push(...body.sessions)
    }
    return states.filter((it) => it.state === 'active').length
  }
  const ends = async () =>
    (await identity.events()).filter((it) => it.type === 'session.revoked.v1' && it.subject === ada.user.id)
  /** Until every session has its event, and nothing is left to do. */
  const finished = (howMany: number) =>
    eventually(
      async () => {
        expect(await identity.query('SELECT seq FROM session_endings')).toEqual([])
        expect(await ends()).toHaveLength(howMany)
      },
      { withinMs: 15_000 },
    )
  return { identity, asAdmin: identity.as(admin.token), admin, ada, planted, live, ends, finished }
}

const idsOf = (events: GatehouseEvent[]) =>
  events.map((it) => ('session' in it.data ? it.data.session.id : '')).toSorted()
const sequences = (events: GatehouseEvent[], subject: string) =>
  events.filter((it) => it.subject === subject).map((it) => it.sequence)
const rises = (numbers: number[]) => numbers.every((it, at) => at === 0 || it >= (numbers[at - 1] ?? 0))
// More than two batches.
const veryMany = 1_300

describe('a user with as many sessions as may be', () => {
  it('loses the oldest by the next sign-in, with an event that says why', async () => {
    const { identity, ada } = await start(0, { maxSessionsPerUser: 3 })
    const logins = []
    for (let more = 0; more < 4; more += 1) logins.push(await identity.signIn('ada', 'correct horse'))
    const tokens = [ada.token, ...logins.map((it) => it.body.access_token)]
    const answers = await Promise.all(tokens.map((it) => identity.as(it).listSessions()))
    expect(answers.map((it) => it.status)).toEqual([401, 401, 200, 200, 200])
    expect(answers[4]?.body.sessions).toHaveLength(3)
    const ended = (await identity.events()).filter((it) => it.type === 'session.revoked.v1')
    expect(ended.map((it) => it.data)).toMatchObject(
      tokens
        .slice(0, 2)
        .map((it) => ({ session: { id: decodeJwt(it).sid }, reason: 'ended_by_user', cause: 'session_limit' })),
    )
    const lines = await identity.query("SELECT actor, detail FROM audit_log WHERE action = 'session.revoked.v1'")
    const detail = { reason: 'ended_by_user', cause: 'session_limit' }
    expect(lines).toEqual([1, 2].map(() => ({ actor: ada.user.id, detail })))
  })

  it('has no more by signing in many times at once, at two replicas', async () => {
    const { identity } = await start(0, { maxSessionsPerUser: 3 })
    const replica = await identity.startReplica()
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, at) => (at % 2 ? identity : replica).signIn('ada', 'correct horse')),
    )
    const tokens = answers.filter((it) => it.status === 200).map((it) => it.body.access_token)
    expect(tokens.length).toBeGreaterThan(3)
    const states = await identity.gateway.lookUpSessions({
      body: { ids: tokens.map((it) => String(decodeJwt(it).sid)) },
    })
    expect(states.body.sessions.filter((it) => it.state === 'active')).toHaveLength(3)
  })

  it('comes down from many more than that by a batch at each sign-in', async () => {
    const { identity, ends } = await start(veryMany, { maxSessionsPerUser: 3 })
    for (const ended of [500, 1_000, veryMany + 1, veryMany + 2]) {
      expect(await identity.signIn('ada', 'correct horse')).toMatchObject({ status: 200 })
      expect(await ends()).toHaveLength(ended)
    }
  })

  it('sees them in pages, each of them once, last seen first', async () => {
    const { identity, ada, planted } = await start(250)
    await identity.query("UPDATE sessions SET last_seen_at = '2026-01-01T00:00:00.123456Z' WHERE client_id = 'planted'")
    const asAda = identity.as(ada.token)
    const seen: string[] = []
    let after: string | undefined
    do {
      const { body } = await asAda.listSessions({ query: { after } })
      expect(body.sessions.length).toBeLessThanOrEqual(100)
      seen.push(...body.sessions.map((it) => it.id))
      after = body.next ?? undefined
    } while (after !== undefined)
    expect(seen[0]).toBe(decodeJwt(ada.token).sid)
    expect(seen.toSorted()).toEqual([...planted, decodeJwt(ada.token).sid].toSorted())
    const [first] = (await asAda.listSessions({ query: { limit: 1 } })).body.sessions
    expect(first?.id).toBe(seen[0])
    // A parameter that 0.1.0 did not mind is not minded.
    expect(await asAda.send('GET', '/auth/sessions?_=1')).toMatchObject({ status: 200 })
    for (const query of ['limit=0', 'limit=101', 'after=x', 'after=1.2']) {
      expect(await asAda.send('GET', `/auth/sessions?${query}`)).toMatchObject({
        status: 400,
        body: { code: 'invalid_request' },
      })
    }
  })
})

describe('very many sessions', () => {
  it('end at once when their user is deactivated, and stay so when the user is activated while events still come', async () => {
    const { identity, asAdmin, admin, ada, planted, live, ends, finished } = await start(veryMany)
    const requestId = 'the-request-that-decided'
    const answer = await asAdmin.deactivateUser({ id: ada.user.id, headers: { 'x-request-id': requestId } })
    expect(answer).toMatchObject({ status: 200, body: { version: 2 } })
    expect((await ends()).length, 'one batch with the decision').toBeLessThan(veryMany)
    expect(await asAdmin.activateUser({ id: ada.user.id })).toMatchObject({ status: 200 })
    expect(await live()).toBe(0)
    expect(await identity.as(ada.token).listSessions()).toMatchObject({ status: 401 })
    const again = await identity.signIn('ada', 'correct horse')
    await finished(veryMany + 1)

    expect(await identity.as(again.body.access_token).listSessions()).toMatchObject({ status: 200 })
    expect(idsOf(await ends()), 'one event each').toEqual([...planted, decodeJwt(ada.token).sid].toSorted())
    const events = await identity.events()
    const deactivated = events.find((it) => it.type === 'user.deactivated.v1')
    expect(deactivated?.data).toMatchObject({ sessions_ended: true, user: { is_active: false } })
    expect(rises(sequences(events, ada.user.id)), 'versions rise').toBe(true)
    expect(new Set((await ends()).map((it) => 'reason' in it.data && it.data.reason))).toEqual(
      new Set(['user_deactivated']),
    )
    const lines = await identity.query(
      `SELECT actor, request_id, address, count(*)::int AS n FROM audit_log
        WHERE action = 'session.revoked.v1' GROUP BY 1, 2, 3`,
    )
    const address = expect.stringContaining('127.0.0.1')
    expect(lines).toEqual([{ actor: admin.user.id, request_id: requestId, address, n: veryMany + 1 }])
  })

  it('count nowhere from the moment that an admin sets a password or ends them', async () => {
    for (const end of ['password', 'sessions'] as const) {
      const { identity, asAdmin, ada, live, finished } = await start(veryMany)
      const path = `/users/${ada.user.id}/${end}`
      const answer =
        end === 'password'
          ? await asAdmin.send('POST', path, { json: { new_password: 'battery staple' } })
          : await asAdmin.send('DELETE', path)
      expect(answer).toMatchObject({ status: 204 })
      expect(await live()).toBe(0)
      expect(await identity.refresh({ body: { refresh_token: ada.refreshToken } })).toMatchObject({
        status: 400,
        body: { code: 'refresh_token_invalid' },
      })
      for (const token of [ada.token, ada.refreshToken]) {
        expect((await identity.gateway.introspectToken({ body: { token } })).body).toEqual({ active: false })
      }
      expect(await identity.as(ada.token).logOut()).toMatchObject({ status: 401, body: { code: 'session_ended' } })
      await finished(veryMany + 1)
      const told = (await identity.events()).filter((it) => 'sessions_ended' in it.data)
      expect(told.map((it) => [it.type, it.sequence])).toEqual([
        [end === 'password' ? 'user.password_changed.v1' : 'user.updated.v1', 2],
      ])
    }
  })

  it('end but for the one that asks, by a new password and by the owner', async () => {
    const { identity, ada, live, finished } = await start(veryMany)
    const asAda = identity.as(ada.token)
    const change = { current_password: 'correct horse', new_password: 'battery staple' }
    expect(await asAda.changePassword({ body: change })).toMatchObject({ status: 204 })
    expect(await live()).toBe(0)
    await plantSessions(identity, ada.user.id, veryMany)
    expect(await asAda.endOtherSessions()).toMatchObject({ status: 204 })
    expect((await asAda.listSessions()).body.sessions).toHaveLength(1)
    await finished(2 * veryMany)
    const { body } = await asAda.listSessions()
    expect(body.sessions).toMatchObject([{ id: decodeJwt(ada.token).sid, current: true }])
  })

  it('leave when their user is deleted: gone for everybody at once, the last event behind theirs', async () => {
    const { identity, asAdmin, admin, ada, live, finished } = await start(veryMany)
    expect(await asAdmin.deleteUser({ id: ada.user.id })).toMatchObject({ status: 204 })
    expect(await live()).toBe(0)
    const { id } = ada.user
    const { readUser, deleteUser, activateUser, endSessionsOfUser } = asAdmin
    for (const call of [readUser, deleteUser, activateUser, endSessionsOfUser]) {
      expect(await call({ id })).toMatchObject({ status: 404, body: { code: 'user_not_found' } })
    }
    const { body } = await asAdmin.listUsers()
    expect(body.users.map((it) => it.username)).toEqual(['root'])
    expect(await identity.signIn('ada', 'correct horse')).toMatchObject({ status: 401 })
    expect(await identity.signIn(`deleted ${ada.user.id}`, 'x')).toMatchObject({ status: 401 })
    const taken = await asAdmin.createUser({ body: { username: 'ada', password: 'correct horse' } })
    expect(taken, 'the name is free').toMatchObject({ status: 201 })
    await finished(veryMany + 1)

    const events = (await identity.events()).filter((it) => it.subject === ada.user.id)
    expect(events.at(-1)).toMatchObject({ type: 'user.deleted.v1', data: { user: { id: ada.user.id } } })
    expect(events.filter((it) => it.type.startsWith('user.'))).toHaveLength(1)
    expect(rises(sequences(events, ada.user.id))).toBe(true)
    expect(JSON.stringify(events)).not.toContain('"ada"')
    for (const table of ['users WHERE id', 'sessions WHERE user_id']) {
      expect(await identity.query(`SELECT * FROM ${table} = $1`, [ada.user.id]), table).toEqual([])
    }
    const lines = await identity.query("SELECT actor FROM audit_log WHERE action = 'user.deleted.v1'")
    expect(lines).toEqual([{ actor: admin.user.id }])
  })

  it('get their events from another replica when the one that decided is gone', async () => {
    const { identity, asAdmin, ada, finished } = await start(5_000)
    expect(await asAdmin.deactivateUser({ id: ada.user.id })).toMatchObject({ status: 200 })
    await identity.close()
    expect(await identity.query('SELECT reason FROM session_endings')).toEqual([{ reason: 'user_deactivated' }])
    await Promise.all([identity.startReplica(), identity.startReplica()])
    await finished(5_001)
  })

  it('end once each by endings that overtake each other, and by a time that is over meanwhile', async () => {
    const { identity, asAdmin, ada, planted, ends } = await start(veryMany)
    expect(await asAdmin.setPassword({ id: ada.user.id, body: { new_password: 'battery staple' } })).toMatchObject({
      status: 204,
    })
    const later = await plantSessions(identity, ada.user.id, veryMany)
    await identity.query(
      "UPDATE sessions SET expires_at = now() WHERE client_id = 'planted' AND right(id::text, 1) = '7'",
    )
    expect(await asAdmin.deactivateUser({ id: ada.user.id })).toMatchObject({ status: 200 })
    expect(await asAdmin.deleteUser({ id: ada.user.id })).toMatchObject({ status: 204 })
    await eventually(async () => expect(await identity.query('SELECT 1 FROM users')).toHaveLength(1), {
      withinMs: 20_000,
    })
    const expired = (await identity.events()).filter((it) => it.type === 'session.expired.v1')
    expect(idsOf([...(await ends()), ...expired])).toEqual([...planted, ...later, decodeJwt(ada.token).sid].toSorted())
  })

  it('count when a replica of the last release started them, which knows of no generation', async () => {
    const { identity, asAdmin, ada, live } = await start(1)
    expect(await live(), 'one from before').toBe(1)
    expect(await asAdmin.endSessionsOfUser({ id: ada.user.id })).toMatchObject({ status: 204 })
    const [id] = await plantSessions(identity, ada.user.id, 1)
    expect((await identity.gateway.lookUpSessions({ body: { ids: [id ?? ''] } })).body.sessions).toMatchObject([
      { state: 'active' },
    ])
  })
})

describe('a session that somebody else is ending', () => {
  /** Ends it in a transaction that commits once `call` waits for it. @returns the answer of the call */
  const endWhile = async <Answer>(identity: Identity, id: unknown, call: () => Promise<Answer>) => {
    const connection = new pg.Client({ connectionString: identity.database.ownerUrl })
    await connection.connect()
    onTestFinished(() => connection.end())
    await connection.query('BEGIN')
    await connection.query('UPDATE sessions SET revoked_at = now() WHERE id = $1', [id])
    const { rows } = await connection.query('SELECT pg_current_xact_id()::text AS id')
    const answer = call()
    await eventually(async () => {
      const waiting = await identity.query('SELECT 1 FROM pg_locks WHERE NOT granted AND transactionid::text = $1', [
        rows[0].id,
      ])
      expect(waiting).toHaveLength(1)
    })
    await connection.query('COMMIT')
    return answer
  }

  it('is not ended once more', async () => {
    const { identity, ada, ends } = await start(0)
    const revoke = () => identity.gateway.revokeToken({ body: { token: ada.token } })
    expect(await endWhile(identity, decodeJwt(ada.token).sid, revoke)).toMatchObject({ status: 200 })
    expect(await ends()).toEqual([])
  })

  it('keeps none of the others from its event', async () => {
    const { identity, asAdmin, ada, planted, finished } = await start(veryMany)
    const deactivate = () => asAdmin.deactivateUser({ id: ada.user.id })
    expect(await endWhile(identity, planted[0], deactivate)).toMatchObject({ status: 200 })
    await finished(veryMany)
  })
})
