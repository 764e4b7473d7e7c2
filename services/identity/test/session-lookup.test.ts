import { maxSessionsPerLookup, sessionLookupAnswer } from '@gatehouse/contracts'
import { decodeJwt } from 'jose'
import { describe, expect, it } from 'vitest'
import { startTestIdentity } from './start-test-identity.ts'

describe('POST /internal/sessions/lookup', () => {
  it.each([
    ['no credential', {}],
    ['a wrong secret', { authorization: `Basic ${btoa('gateway:wrong')}` }],
    ['an unknown service', { authorization: `Basic ${btoa('nobody:the secret of the gateway in tests')}` }],
    ['a bearer', { authorization: 'Bearer x' }],
  ])('refuses %s', async (_what, headers) => {
    const identity = await startTestIdentity()
    const answer = await identity.lookUpSessions({ body: { ids: [] }, headers })
    expect(answer).toMatchObject({ status: 401, body: { code: 'invalid_client' } })
  })

  it('tells of each session whether it counts, and the clock of the database', async () => {
    const identity = await startTestIdentity()
    const live = await identity.signUp({ username: 'ada' })
    const ended = await identity.signUp({ username: 'bob' })
    await identity.as(ended.token).logOut()
    const ids = [...[live.token, ended.token].map((it) => String(decodeJwt(it).sid)), crypto.randomUUID()]
    const answer = sessionLookupAnswer.parse((await identity.gateway.lookUpSessions({ body: { ids } })).body)
    expect(answer.sessions).toEqual([
      expect.objectContaining({
        state: 'active',
        id: ids[0],
        user: expect.objectContaining({ username: 'ada', version: 1 }),
      }),
      { state: 'ended', id: ids[1] },
      { state: 'ended', id: ids[2] },
    ])
    expect(Math.abs(answer.now_ms - Date.now())).toBeLessThan(5_000)
  })

  it('counts no session of a user who is not active, by whatever way that came', async () => {
    const identity = await startTestIdentity()
    const { token, refreshToken, user } = await identity.signUp({ username: 'ada' })
    await identity.query('UPDATE users SET is_active = false WHERE id = $1', [user.id])
    const id = String(decodeJwt(token).sid)
    expect((await identity.gateway.lookUpSessions({ body: { ids: [id] } })).body.sessions).toEqual([
      { state: 'ended', id },
    ])
    expect(await identity.as(token).listSessions()).toMatchObject({
      status: 401,
      body: { code: 'session_ended' },
    })
    for (const it of [token, refreshToken]) {
      expect((await identity.gateway.introspectToken({ body: { token: it } })).body).toEqual({ active: false })
    }
  })

  it('takes as many as verifiers ask for at once', async () => {
    const identity = await startTestIdentity()
    const ids = Array.from({ length: maxSessionsPerLookup }, () => crypto.randomUUID())
    expect(await identity.gateway.lookUpSessions({ body: { ids } })).toMatchObject({ status: 200 })
    expect(await identity.gateway.lookUpSessions({ body: { ids: [...ids, crypto.randomUUID()] } })).toMatchObject({
      status: 400,
    })
  })

  it('answers for the others when one of them has a name that does not fit', async () => {
    const identity = await startTestIdentity()
    const ada = await identity.signUp({ username: 'ada' })
    const odd = await identity.signUp({ username: 'odd' })
    await identity.query('UPDATE users SET username = $2 WHERE id = $1', [odd.user.id, 'o'.repeat(151)])
    const ids = [ada.token, odd.token].map((it) => String(decodeJwt(it).sid))
    const answer = sessionLookupAnswer.parse((await identity.gateway.lookUpSessions({ body: { ids } })).body)
    expect(answer.sessions.map((it) => it.state)).toEqual(['active', 'ended'])
  })
})
