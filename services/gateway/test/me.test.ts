import { Verify } from 'node:crypto'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { startTestGateway } from './start-test-gateway.ts'

const endedSession = (id: string, userId: string) => ({
  id,
  user_id: userId,
  client_id: 'gatehouse',
  created_at: '2026-01-01T00:00:00.000Z',
  expires_at: '2100-01-01T00:00:00.000Z',
  revoked_at: '2026-01-02T00:00:00.000Z',
})

describe('GET /auth/me', () => {
  it('refuses what is no good token as RFC 6750 has it', async () => {
    const gateway = await startTestGateway()
    const { issuer } = gateway
    const none = await gateway.readMe()
    expect(none).toMatchObject({ status: 401, body: { code: 'token_missing' } })
    expect(none.headers.get('www-authenticate')).toBe('Bearer realm="gatehouse"')
    const now = Math.floor(Date.now() / 1000)
    const bad = {
      tampered: `${(await issuer.token()).slice(0, -4)}AAAA`,
      expired: await issuer.token({ iat: now - 200, exp: now - 100 }),
      'of another issuer': await issuer.token({ iss: 'https://elsewhere.example' }),
      'for another audience': await issuer.token({ aud: 'others' }),
      'signed by an unknown key': await issuer.token({}, {}, await issuer.key(1)),
      'signed with HS256': await issuer.token({}, { alg: 'HS256', kid: (await issuer.key(0)).kid }, Buffer.alloc(32)),
      unsigned: await issuer.token({}, { alg: 'none' }),
      'an id token': await issuer.token({}, { typ: 'JWT' }),
      'without a session': await issuer.token({ sid: undefined }),
      'no token at all': 'x',
    }
    for (const [what, token] of Object.entries(bad)) {
      const answer = await gateway.me(token)
      expect(answer, what).toMatchObject({ status: 401, body: { code: 'invalid_token' } })
      expect(answer.headers.get('www-authenticate'), what).toContain('error="invalid_token"')
    }
    expect(gateway.identity.asked).toEqual([])
  })

  it('refuses a session that identity does not know and one of somebody else', async () => {
    const gateway = await startTestGateway()
    const { sid } = await gateway.signIn()
    expect(await gateway.me(await gateway.issuer.token())).toMatchObject({
      status: 401,
      body: { code: 'session_ended' },
    })
    const stranger = await gateway.issuer.token({ sid })
    for (const when of ['first', 'again']) {
      expect(await gateway.me(stranger), when).toMatchObject({ status: 401, body: { code: 'session_ended' } })
    }
  })

  it('answers 503 and never 401 while identity does not answer', async () => {
    const gateway = await startTestGateway()
    const { token } = await gateway.signIn()
    for (const how of ['fails', 'hangs', 'is ill-formed'] as const) {
      gateway.identity.behave(how)
      const answer = await gateway.me(token)
      expect(answer, how).toMatchObject({ status: 503, body: { code: 'cannot_verify' } })
      expect(answer.headers.get('retry-after'), how).toBe('1')
    }
    gateway.identity.behave('answers')
    expect(await gateway.me(token)).toMatchObject({ status: 200 })
  })

  it('asks identity once and answers from memory while heartbeats come', async () => {
    const gateway = await startTestGateway()
    const { token, user, sid } = await gateway.signIn()
    await gateway.untilFresh()
    const answers = await Promise.all(Array.from({ length: 20 }, () => gateway.me(token)))
    for (const { status, body } of answers) {
      expect(status).toBe(200)
      const { id, username, full_name, is_active, roles } = user
      expect(body).toEqual({ id, username, full_name, is_active, roles })
    }
    expect(gateway.identity.asked).toEqual([[sid]])
    gateway.identity.behave('fails')
    expect(await gateway.me(token)).toMatchObject({ status: 200 })
  })

  it('checks one signature at the first request of a session, and none once the token is remembered', async () => {
    const gateway = await startTestGateway()
    await gateway.untilFresh()
    const check = vi.spyOn(Verify.prototype, 'verify')
    onTestFinished(() => check.mockRestore())
    const { token, sid } = await gateway.signIn()
    const checks: number[] = []
    for (let times = 0; times < 4; times += 1) {
      expect(await gateway.me(token)).toMatchObject({ status: 200 })
      checks.push(check.mock.calls.length)
    }
    expect(gateway.identity.asked, 'the first one had to ask').toEqual([[sid]])
    // A token is remembered from its second use on.
    expect(checks).toEqual([1, 2, 2, 2])
    expect(await gateway.me(`${token.slice(0, -4)}AAAA`)).toMatchObject({ status: 401 })
    expect(check.mock.calls.length, 'a bad token costs one as well').toBe(3)
  })

  it('refuses at once what an event ended, and shows what an event changed', async () => {
    const gateway = await startTestGateway()
    const ada = await gateway.signIn()
    const bob = await gateway.signIn({ username: 'bob' })
    await gateway.untilFresh()
    for (const { token } of [ada, bob]) expect(await gateway.me(token)).toMatchObject({ status: 200 })
    gateway.identity.behave('fails')

    const data = { session: endedSession(ada.sid, ada.user.id), reason: 'logout' as const }
    await gateway.publish('session.revoked.v1', ada.user.id, data)
    await gateway.publish('user.updated.v1', bob.user.id, { user: { ...bob.user, full_name: 'Robert', version: 2 } })
    await gateway.publish('user.updated.v1', bob.user.id, { user: { ...bob.user, full_name: 'Late', version: 1 } })
    await expect.poll(() => gateway.me(ada.token)).toMatchObject({ status: 401, body: { code: 'session_ended' } })
    await expect.poll(() => gateway.me(bob.token)).toMatchObject({ status: 200, body: { full_name: 'Robert' } })

    await gateway.publish('user.deactivated.v1', bob.user.id, { user: { ...bob.user, is_active: false, version: 3 } })
    await expect.poll(() => gateway.me(bob.token)).toMatchObject({ status: 401, body: { code: 'session_ended' } })
  })

  it('looks all sessions up again after an event that it cannot read', async () => {
    const gateway = await startTestGateway()
    const { token, sid } = await gateway.signIn()
    await gateway.untilFresh()
    expect(await gateway.me(token)).toMatchObject({ status: 200 })
    gateway.identity.sessions.delete(sid)
    await gateway.publishIllFormed()
    await expect.poll(() => gateway.me(token), { timeout: 5_000 }).toMatchObject({ status: 401 })
  })

  it('asks again when heartbeats stop, and says 503 when nobody can tell', async () => {
    const gateway = await startTestGateway()
    const { token, sid } = await gateway.signIn()
    await gateway.untilFresh()
    expect(await gateway.me(token)).toMatchObject({ status: 200 })
    await gateway.untilStale()
    expect(await gateway.me(token)).toMatchObject({ status: 200 })
    expect(gateway.identity.asked).toEqual([[sid], [sid]])
    gateway.identity.sessions.delete(sid)
    await expect.poll(() => gateway.me(token), { timeout: 1_500 }).toMatchObject({ status: 401 })
    const other = await gateway.signIn()
    gateway.identity.behave('fails')
    expect(await gateway.me(other.token)).toMatchObject({ status: 503, body: { code: 'cannot_verify' } })
  })

  it('serves known sessions longer where the operator allows it', async () => {
    const gateway = await startTestGateway({ staleGraceMs: 60_000 })
    const known = await gateway.signIn()
    const unknown = await gateway.signIn()
    // Else nothing is stale yet when it should be, and the known one is young by its own question.
    await gateway.untilFresh()
    expect(await gateway.me(known.token)).toMatchObject({ status: 200 })
    gateway.identity.behave('fails')
    await gateway.untilStale()
    expect(await gateway.me(known.token)).toMatchObject({ status: 200 })
    expect(await gateway.me(unknown.token)).toMatchObject({ status: 503 })
  })
})

describe('the rest', () => {
  it('is ready once it can answer, tells each dependency, and serves the docs', async () => {
    const gateway = await startTestGateway()
    await gateway.untilFresh()
    expect((await gateway.readReadiness()).body).toMatchObject({
      status: 'ready',
      dependencies: { keys: { state: 'up', count: 1 }, broker: { state: 'up' }, identity: { state: 'up' } },
    })
    expect((await gateway.readHealth()).body).toEqual({ status: 'ready' })
    expect((await gateway.send('GET', '/docs')).body).toContain('swagger-ui-bundle.js')
    expect((await gateway.send('GET', '/docs/swagger-ui-bundle.js')).status).toBe(200)
    expect((await gateway.send('GET', '/openapi.json')).body).toMatchObject({ paths: { '/auth/login': {} } })
    expect((await gateway.readMetrics()).body).toContain('gateway_staleness_seconds')
  })
})
