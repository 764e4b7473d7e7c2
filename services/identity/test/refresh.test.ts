import { decodeJwt } from 'jose'
import { describe, expect, it } from 'vitest'
import { startTestIdentity } from './start-test-identity.ts'

const pairOf = (answer: { body: Record<string, unknown> }) => ({
  access: String(answer.body.access_token),
  refresh: String(answer.body.refresh_token),
})

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
    expect(await identity.post('/auth/refresh', body)).toMatchObject({ status: 400, body: { code, error } })
  })

  it('answers a new pair of the same session', async () => {
    const identity = await startTestIdentity()
    const first = await identity.signUp({ username: 'ada' })
    const answer = await identity.post('/auth/refresh', {
      refresh_token: first.refreshToken,
      grant_type: 'refresh_token',
    })
    expect(answer).toMatchObject({ status: 200, body: { token_type: 'bearer' } })
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const second = pairOf(answer)
    expect(second.refresh).not.toBe(first.refreshToken)
    expect(decodeJwt(second.access).sid).toBe(decodeJwt(first.token).sid)
  })

  it('gives the current pair to parallel tabs and to who lost an answer', async () => {
    const identity = await startTestIdentity()
    const { refreshToken } = await identity.signUp({ username: 'ada' })
    const refresh = () => identity.post('/auth/refresh', { refresh_token: refreshToken })
    const tabs = await Promise.all(Array.from({ length: 8 }, refresh))
    expect(tabs.map((it) => it.status)).toEqual(tabs.map(() => 200))
    expect(new Set(tabs.map((it) => pairOf(it).refresh)).size).toBe(1)
    expect(pairOf(await refresh()).refresh).toBe(pairOf(tabs[0] ?? { body: {} }).refresh)
  })

  it('ends the session when an older token comes back, and says so in an event', async () => {
    const identity = await startTestIdentity({ sessions: { lifetimeMs: 1e9, idleMs: 1e9, reuseMs: 0 } })
    const { refreshToken, user } = await identity.signUp({ username: 'ada' })
    let held = refreshToken
    for (let times = 0; times < 2; times += 1) {
      held = pairOf(await identity.post('/auth/refresh', { refresh_token: held })).refresh
    }
    expect(await identity.post('/auth/refresh', { refresh_token: refreshToken })).toMatchObject({
      status: 400,
      body: { code: 'refresh_token_reused', error: 'invalid_grant' },
    })
    expect(await identity.post('/auth/refresh', { refresh_token: held })).toMatchObject({
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
      'logged out': (_sid, _userId, token) => identity.post('/auth/logout', undefined, token),
      deactivated: (_sid, userId) => identity.query('UPDATE users SET is_active = false WHERE id = $1', [userId]),
    }
    for (const [name, end] of Object.entries(ways)) {
      const { token, refreshToken, user } = await identity.signUp({ username: `ada-${name.replace(' ', '-')}` })
      await end(String(decodeJwt(token).sid), user.id, token)
      expect(await identity.post('/auth/refresh', { refresh_token: refreshToken }), name).toMatchObject(refused)
    }
  })

  it('stores nothing that could be presented', async () => {
    const identity = await startTestIdentity()
    const { refreshToken } = await identity.signUp({ username: 'ada' })
    const stored = JSON.stringify(await identity.query('SELECT * FROM sessions'))
    expect(stored).not.toContain(refreshToken.slice(30))
  })
})
