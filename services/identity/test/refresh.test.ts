import type { TokenResponse } from '@gatehouse/contracts'
import { type Answer, eventually } from '@gatehouse/testkit'
import { decodeJwt } from 'jose'
import { describe, expect, it } from 'vitest'
import { startTestIdentity } from './start-test-identity.ts'

type Identity = Awaited<ReturnType<typeof startTestIdentity>>

const pairOf = ({ body }: { body: TokenResponse }) => ({ access: body.access_token, refresh: body.refresh_token })

/** As if so many seconds had gone by since the rotations of all sessions. */
const letPass = (identity: Identity, seconds: number) =>
  identity.query(
    'UPDATE sessions SET recent_rotations = ARRAY(SELECT it - make_interval(secs => $1) FROM unnest(recent_rotations) it)',
    [seconds],
  )
const repeatsOf = async (identity: Identity) =>
  (await identity.events()).flatMap((it) =>
    it.type === 'session.refresh_repeated.v1'
      ? [{ subject: it.subject, reason: it.data.reason, address: it.data.address }]
      : [],
  )

describe('POST /auth/refresh', () => {
  it.each([
    ['no token', {}, 'invalid_request', 'invalid_request'],
    ['something else', { refresh_token: 'x' }, 'refresh_token_invalid', 'invalid_grant'],
    ['an access token', { refresh_token: 'a.b.c' }, 'refresh_token_invalid', 'invalid_grant'],
    ['one made elsewhere', { refresh_token: `ghr_${'A'.repeat(78)}` }, 'refresh_token_invalid', 'invalid_grant'],
    [
      'another grant',
      { refresh_token: 'x', grant_type: 'password' },
      'unsupported_grant_type',
      'unsupported_grant_type',
    ],
  ])('refuses %s', async (_what, body, code, error) => {
    const identity = await startTestIdentity()
    expect(await identity.send('POST', '/auth/refresh', { json: body })).toMatchObject({
      status: 400,
      body: { code, error },
    })
  })

  it('answers form and JSON with a new pair of the same session', async () => {
    const identity = await startTestIdentity()
    const first = await identity.signUp({ username: 'ada' })
    const byForm = await identity.refresh({ body: { refresh_token: first.refreshToken, grant_type: 'refresh_token' } })
    const second = pairOf(byForm)
    const byJson = await identity.send('POST', '/auth/refresh', { json: { refresh_token: second.refresh } })
    const third = pairOf(byJson as Answer<TokenResponse>)
    for (const answer of [byForm, byJson]) {
      expect(answer).toMatchObject({ status: 200, body: { token_type: 'bearer' } })
      expect(answer.headers.get('cache-control')).toBe('no-store')
    }
    expect(new Set([first.refreshToken, second.refresh, third.refresh]).size).toBe(3)
    const { sid } = decodeJwt(first.token)
    expect([second, third].map((it) => decodeJwt(it.access).sid)).toEqual([sid, sid])
  })

  it('gives the current pair to twenty tabs that wake at once, again and again within the window', async () => {
    const identity = await startTestIdentity()
    const { refreshToken } = await identity.signUp({ username: 'ada' })
    const refresh = () => identity.refresh({ body: { refresh_token: refreshToken } })
    const tabs = await Promise.all(Array.from({ length: 20 }, refresh))
    const later = await Promise.all(Array.from({ length: 20 }, refresh))
    const answers = [...tabs, ...later]
    expect(answers.map((it) => it.status)).toEqual(answers.map(() => 200))
    expect(new Set(answers.map((it) => pairOf(it).refresh)).size).toBe(1)
    expect(await repeatsOf(identity), 'nothing worth a record').toEqual([])
  })

  it('gives a lost answer again three times, each on record with its address, and ends the session the fourth time', async () => {
    const identity = await startTestIdentity()
    const { refreshToken, user } = await identity.signUp({ username: 'ada' })
    const current = pairOf(await identity.refresh({ body: { refresh_token: refreshToken } })).refresh
    await letPass(identity, 11)
    const stranger = { 'x-forwarded-for': '203.0.113.9' }
    const repeat = () => identity.refresh({ body: { refresh_token: refreshToken }, headers: stranger })
    for (let times = 1; times <= 3; times += 1) {
      const answer = await repeat()
      expect(answer, `repeat ${times}`).toMatchObject({ status: 200 })
      expect(pairOf(answer).refresh).toBe(current)
    }
    expect(await repeatsOf(identity)).toEqual(
      [1, 2, 3].map(() => ({ subject: user.id, reason: 'late', address: '203.0.113.9' })),
    )
    const lines = await identity.query(
      "SELECT subject, address, detail FROM audit_log WHERE action = 'session.refresh_repeated.v1'",
    )
    expect(lines).toEqual(
      [1, 2, 3].map(() => ({ subject: user.id, address: '203.0.113.9', detail: { reason: 'late' } })),
    )
    expect(await repeat()).toMatchObject({ status: 400, body: { code: 'refresh_token_reused' } })
    expect(await identity.refresh({ body: { refresh_token: current } })).toMatchObject({ status: 400 })
  })

  it('gives four late repeats at once three pairs, whichever replica they reach', async () => {
    const identity = await startTestIdentity()
    const replica = await identity.startReplica()
    const { refreshToken } = await identity.signUp({ username: 'ada' })
    await identity.refresh({ body: { refresh_token: refreshToken } })
    await letPass(identity, 11)
    const at = [identity, replica, identity, replica]
    const answers = await Promise.all(at.map((it) => it.refresh({ body: { refresh_token: refreshToken } })))
    expect(answers.map((it) => it.status).toSorted()).toEqual([200, 200, 200, 400])
  })

  it('counts late repeats anew after each rotation', async () => {
    const identity = await startTestIdentity()
    let held = (await identity.signUp({ username: 'ada' })).refreshToken
    for (let rotation = 0; rotation < 3; rotation += 1) {
      const next = pairOf(await identity.refresh({ body: { refresh_token: held } })).refresh
      await letPass(identity, 11)
      for (let times = 0; times < 3; times += 1) {
        expect(await identity.refresh({ body: { refresh_token: held } })).toMatchObject({ status: 200 })
      }
      held = next
    }
  })

  it.each([
    ['five minutes after it was used', 301, 1],
    ['two steps behind after the window', 11, 2],
  ])('ends the session at a token that comes %s', async (_what, seconds, steps) => {
    const identity = await startTestIdentity()
    const { refreshToken } = await identity.signUp({ username: 'ada' })
    let held = refreshToken
    for (let step = 0; step < steps; step += 1) {
      held = pairOf(await identity.refresh({ body: { refresh_token: held } })).refresh
    }
    await letPass(identity, seconds)
    expect(await identity.refresh({ body: { refresh_token: refreshToken } })).toMatchObject({
      status: 400,
      body: { code: 'refresh_token_reused' },
    })
  })

  it('puts the first repeat from another address within the window on record, and decides nothing by it', async () => {
    const identity = await startTestIdentity()
    const { refreshToken, user } = await identity.signUp({ username: 'ada' })
    const from = (address: string) =>
      identity.refresh({ body: { refresh_token: refreshToken }, headers: { 'x-forwarded-for': address } })
    await from('192.0.2.1')
    for (const address of ['192.0.2.1', '203.0.113.9', '203.0.113.9', '198.51.100.7']) {
      expect(await from(address), address).toMatchObject({ status: 200 })
    }
    expect(await repeatsOf(identity)).toEqual([{ subject: user.id, reason: 'other_address', address: '203.0.113.9' }])
    const [session] = await identity.query('SELECT address FROM sessions')
    expect(session, 'the session stays where it was refreshed').toEqual({ address: '192.0.2.1' })
  })

  it('reports what happened to who reads the history, and forgets the address with the user', async () => {
    const identity = await startTestIdentity()
    const admin = await identity.signUp({ username: 'root', roles: ['admin'] })
    const { refreshToken, user } = await identity.signUp({ username: 'ada' })
    await identity.refresh({ body: { refresh_token: refreshToken } })
    await letPass(identity, 11)
    await identity.refresh({ body: { refresh_token: refreshToken } })
    const read = () => identity.gateway.readEvents({ query: { types: 'session.refresh_repeated.v1' } })
    await eventually(async () => expect((await read()).body.events).toMatchObject([{ subject: user.id }]))
    const { body } = await identity.as(admin.token).readUser({ id: user.id })
    await identity.as(admin.token).deleteUser({ id: user.id, headers: { 'if-match': `"${body.version}"` } })
    expect((await read()).body.events).toEqual([])
  })

  it('ends the session when an older token comes back, and says so in an event', async () => {
    const identity = await startTestIdentity({ sessions: { lifetimeMs: 1e9, idleMs: 1e9, reuseMs: 0 } })
    const { refreshToken, user } = await identity.signUp({ username: 'ada' })
    let held = refreshToken
    for (let times = 0; times < 2; times += 1) {
      held = pairOf(await identity.refresh({ body: { refresh_token: held } })).refresh
    }
    expect(await identity.refresh({ body: { refresh_token: refreshToken } })).toMatchObject({
      status: 400,
      body: { code: 'refresh_token_reused', error: 'invalid_grant' },
    })
    expect(await identity.refresh({ body: { refresh_token: held } })).toMatchObject({
      status: 400,
      body: { code: 'refresh_token_invalid' },
    })
    expect((await identity.events()).at(-1)).toMatchObject({
      type: 'session.revoked.v1',
      subject: user.id,
      data: { reason: 'refresh_reuse' },
    })
  })

  it('ends with the session: idle, absolute, logged out, deactivated', async () => {
    const identity = await startTestIdentity()
    const refused = { status: 400, body: { code: 'refresh_token_invalid' } }
    const ways: Record<string, (sid: string, userId: string, token: string) => Promise<unknown>> = {
      idle: (sid) =>
        identity.query("UPDATE sessions SET idle_expires_at = now() - interval '1 s' WHERE id = $1", [sid]),
      absolute: (sid) => identity.query("UPDATE sessions SET expires_at = now() - interval '1 s' WHERE id = $1", [sid]),
      'logged out': (_sid, _userId, token) => identity.as(token).logOut(),
      deactivated: (_sid, userId) => identity.query('UPDATE users SET is_active = false WHERE id = $1', [userId]),
    }
    for (const [name, end] of Object.entries(ways)) {
      const { token, refreshToken, user } = await identity.signUp({ username: `ada-${name.replace(' ', '-')}` })
      await end(String(decodeJwt(token).sid), user.id, token)
      expect(await identity.refresh({ body: { refresh_token: refreshToken } }), name).toMatchObject(refused)
    }
  })

  it('stores nothing that could be presented', async () => {
    const identity = await startTestIdentity()
    const { refreshToken } = await identity.signUp({ username: 'ada' })
    const stored = JSON.stringify(await identity.query('SELECT * FROM sessions'))
    expect(stored).not.toContain(refreshToken.slice(30))
  })
})
