import { describe, expect, it } from 'vitest'
import { startTestIdentity } from './start-test-identity.ts'

type Identity = Awaited<ReturnType<typeof startTestIdentity>>
const change = (identity: Identity, token: string, current: string, next = 'battery staple 4') =>
  identity.as(token).changePassword({ body: { current_password: current, new_password: next } })

describe('POST /auth/password', () => {
  it('puts a wrong current password on record, and ends the session after five', async () => {
    const identity = await startTestIdentity()
    const { token, user } = await identity.signUp({ username: 'ada' })
    for (let nth = 0; nth < 5; nth += 1) {
      expect(await change(identity, token, `guess ${nth}`)).toMatchObject({
        status: 403,
        body: { code: 'wrong_password' },
      })
    }
    expect(await change(identity, token, 'correct horse')).toMatchObject({
      status: 401,
      body: { code: 'session_ended' },
    })
    const events = (await identity.events()).slice(-6)
    expect(events.slice(0, 5)).toEqual(
      events.slice(0, 5).map(() =>
        expect.objectContaining({
          type: 'login.failed.v1',
          subject: user.id,
          data: expect.objectContaining({ user_id: user.id, reason: 'wrong_password', at: 'password_change' }),
        }),
      ),
    )
    expect(events[5]).toMatchObject({
      type: 'session.revoked.v1',
      data: { reason: 'token_revoked', cause: 'wrong_passwords' },
    })
    const lines = await identity.query("SELECT actor, detail FROM audit_log WHERE action = 'login.failed.v1'")
    expect(lines).toEqual(
      lines.map(() => ({ actor: user.id, detail: { reason: 'wrong_password', at: 'password_change' } })),
    )
    expect(lines).toHaveLength(5)
  })

  it('lets no more guesses on that come at once', async () => {
    const identity = await startTestIdentity()
    const { token } = await identity.signUp({ username: 'ada' })
    const startedAt = performance.now()
    const answers = await Promise.all(Array.from({ length: 60 }, (_, nth) => change(identity, token, `guess ${nth}`)))
    const seconds = (performance.now() - startedAt) / 1000
    // Then the waits of 1, 2, 4 s begin, which a busy machine may outlast.
    const most = 6 + Math.floor(Math.log2(1 + seconds))
    expect(answers.filter((it) => it.status === 403).length).toBeLessThanOrEqual(most)
    const events = await identity.events()
    expect(
      events.filter((it) => it.type === 'login.failed.v1' && it.data.reason === 'wrong_password').length,
    ).toBeLessThanOrEqual(most)
    expect(events.filter((it) => it.type === 'session.revoked.v1').length).toBeLessThanOrEqual(1)
  })

  it('counts with sign-ins, and a right one is not counted', async () => {
    const identity = await startTestIdentity()
    const { token } = await identity.signUp({ username: 'ada' })
    expect(await change(identity, token, 'wrong')).toMatchObject({ status: 403 })
    const [{ count }] = await identity.query("SELECT count(*)::int FROM login_throttles WHERE key LIKE 'device:%'")
    expect(count).toBe(1)
    expect(await change(identity, token, 'correct horse')).toMatchObject({ status: 204 })
    expect(await identity.query('SELECT * FROM login_throttles')).toEqual([])
    expect(await identity.signIn('ada', 'battery staple 4')).toMatchObject({ status: 200 })
  })

  it('of one user leaves room for the sign-ins of others', async () => {
    const identity = await startTestIdentity()
    const { token } = await identity.signUp({ username: 'ada' })
    const others = Array.from({ length: 8 }, (_, nth) => `user-${nth}`)
    for (const username of others) await identity.addUser({ username })
    const flood = Array.from({ length: 200 }, (_, nth) => change(identity, token, `guess ${nth}`))
    const signIns = await Promise.all(others.map((it) => identity.signIn(it, 'correct horse')))
    const changes = await Promise.all(flood)
    expect(signIns.map((it) => it.status)).toEqual(others.map(() => 200))
    expect(changes.filter((it) => ![401, 403, 429, 503].includes(it.status))).toEqual([])
  })
})
