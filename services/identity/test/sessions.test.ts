import { decodeJwt } from 'jose'
import { describe, expect, it } from 'vitest'
import { startTestIdentity } from './start-test-identity.ts'

describe('own sessions', () => {
  it('cannot be listed or ended by a stranger, and those of others do not exist', async () => {
    const identity = await startTestIdentity()
    expect(await identity.listSessions()).toMatchObject({ status: 401, body: { code: 'token_missing' } })
    const ada = await identity.signUp({ username: 'ada' })
    const bob = await identity.signUp({ username: 'bob' })
    const asAda = identity.as(ada.token)
    expect(await asAda.send('DELETE', '/auth/sessions/42')).toMatchObject({ status: 400 })
    expect(await asAda.endSession({ id: String(decodeJwt(bob.token).sid) })).toMatchObject({
      status: 404,
      body: { code: 'session_not_found' },
    })
    expect(await identity.as(bob.token).listSessions()).toMatchObject({ status: 200 })
  })

  it('tell device, address and which one asks; one or all others can be ended', async () => {
    const identity = await startTestIdentity()
    const { token } = await identity.signUp({ username: 'ada' })
    const others = await Promise.all([1, 2, 3].map(() => identity.signIn('ada', 'correct horse')))
    const asAda = identity.as(token)
    const list = async () => (await asAda.listSessions()).body.sessions
    const sessions = await list()
    expect(sessions).toHaveLength(4)
    expect(sessions.filter((it) => it.current).map((it) => it.id)).toEqual([decodeJwt(token).sid])
    expect(sessions[0]).toMatchObject({
      device: 'node',
      address: expect.stringContaining('127.0.0.1'),
      client_id: 'gatehouse',
    })
    const first = String(decodeJwt(others[0]?.body.access_token ?? '').sid)
    expect(await asAda.endSession({ id: first })).toMatchObject({ status: 204 })
    expect(await asAda.endSession({ id: first })).toMatchObject({ status: 404 })
    expect(await list()).toHaveLength(3)
    expect(await asAda.endOtherSessions()).toMatchObject({ status: 204 })
    expect((await list()).map((it) => it.id)).toEqual([decodeJwt(token).sid])
    const reasons = (await identity.events()).flatMap((it) => ('reason' in it.data ? [it.data.reason] : []))
    expect(reasons).toEqual(['ended_by_user', 'ended_by_user', 'ended_by_user'])
  })
})

describe('POST /oauth/revoke and /oauth/introspect', () => {
  it('need the credential of a service', async () => {
    const identity = await startTestIdentity()
    for (const path of ['/oauth/revoke', '/oauth/introspect']) {
      const { token } = await identity.signUp({ username: `ada-${path.length}` })
      for (const client of [identity, identity.as(token), identity.asService('gateway', 'wrong')]) {
        const refused = await client.send('POST', path, { form: { token } })
        expect(refused).toMatchObject({ status: 401, body: { code: 'invalid_client', error: 'invalid_client' } })
        expect(refused.headers.get('www-authenticate')).toMatch(/^Basic /)
      }
      expect(await identity.as(token).listSessions(), 'it goes on').toMatchObject({ status: 200 })
      expect(await identity.gateway.send('POST', path, { form: {} })).toMatchObject({
        status: 400,
        body: { error: 'invalid_request' },
      })
    }
  })

  it('know tokens of both kinds, and revoke their session', async () => {
    const identity = await startTestIdentity()
    for (const kind of ['token', 'refreshToken'] as const) {
      const signedUp = await identity.signUp({ username: `ada-${kind.toLowerCase()}` })
      const token = signedUp[kind]
      expect((await identity.gateway.introspectToken({ body: { token } })).body).toMatchObject({
        active: true,
        sub: signedUp.user.id,
        username: signedUp.user.username,
        token_type: kind === 'token' ? 'access_token' : 'refresh_token',
      })
      expect(await identity.gateway.revokeToken({ body: { token } })).toMatchObject({ status: 200 })
      expect((await identity.gateway.introspectToken({ body: { token } })).body).toEqual({ active: false })
      expect(await identity.as(signedUp.token).logOut()).toMatchObject({ status: 401 })
      expect((await identity.events()).at(-1)).toMatchObject({ data: { reason: 'token_revoked' } })
    }
  })

  it('judge a used refresh token as a refresh would, count no look as a repeat, and end its session all the same', async () => {
    const identity = await startTestIdentity()
    const { token, refreshToken } = await identity.signUp({ username: 'ada' })
    await identity.refresh({ body: { refresh_token: refreshToken } })
    const letPass = (seconds: number) =>
      identity.query('UPDATE sessions SET recent_rotations = ARRAY[now() - make_interval(secs => $1)]', [seconds])
    const look = async () => (await identity.gateway.introspectToken({ body: { token: refreshToken } })).body.active
    await letPass(11)
    for (let times = 0; times < 5; times += 1) expect(await look()).toBe(true)
    for (let times = 0; times < 3; times += 1) {
      expect(await identity.refresh({ body: { refresh_token: refreshToken } })).toMatchObject({ status: 200 })
    }
    expect(await look(), 'the repeats are spent').toBe(false)
    await letPass(301)
    expect(await look()).toBe(false)
    expect(await identity.as(token).listSessions(), 'looking ended nothing').toMatchObject({ status: 200 })
    expect(await identity.gateway.revokeToken({ body: { token: refreshToken } })).toMatchObject({ status: 200 })
    expect(await identity.as(token).listSessions()).toMatchObject({ status: 401 })
  })

  it('call what they do not know not active, and revoke it with success', async () => {
    const identity = await startTestIdentity()
    for (const token of ['x', 'a.b.c', `ghr_${'A'.repeat(78)}`]) {
      expect(await identity.gateway.introspectToken({ body: { token } })).toMatchObject({
        status: 200,
        body: { active: false },
      })
      expect(await identity.gateway.revokeToken({ body: { token } })).toMatchObject({ status: 200 })
    }
  })
})
