import { createRemoteJWKSet, jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import { startTestIdentity, withoutRequestId } from './start-test-identity.ts'

describe('POST /auth/login', () => {
  it('answers a wrong password, an unknown username and a deactivated user alike', async () => {
    const identity = await startTestIdentity()
    await identity.addUser({ username: 'ada', password: 'correct horse' })
    await identity.addUser({ username: 'gone', password: 'correct horse', isActive: false })
    const wrong = await identity.signIn('ada', 'battery staple')
    const unknown = await identity.signIn('nobody', 'battery staple')
    const deactivated = await identity.signIn('gone', 'correct horse')
    expect(wrong).toMatchObject({ status: 401, body: { code: 'bad_credentials', error: 'invalid_grant' } })
    expect(wrong.headers.get('www-authenticate'), 'RFC 9110 §15.5.2').toBe('Bearer')
    expect(withoutRequestId(unknown)).toEqual(withoutRequestId(wrong))
    expect(withoutRequestId(deactivated)).toEqual(withoutRequestId(wrong))
  })

  it.each([
    ['nothing', null],
    ['a list', []],
    ['no password', { username: 'ada' }],
    ['an empty password', { username: 'ada', password: '' }],
    ['an empty username', { username: '', password: 'x' }],
    ['an over-long password', { username: 'ada', password: 'a'.repeat(257) }],
    ['an over-long username', { username: 'a'.repeat(151), password: 'x' }],
    ['a control character', { username: 'ada\u0000', password: 'x' }],
    ['half a character', { username: 'ada', password: '\ud800' }],
  ])('refuses %s', async (_what, body) => {
    const identity = await startTestIdentity()
    expect(await identity.send('POST', '/auth/login', { json: body })).toMatchObject({
      status: 400,
      body: { code: 'invalid_request' },
    })
  })

  it('refuses another grant by its own error', async () => {
    const identity = await startTestIdentity()
    const answer = await identity.signIn('ada', 'x', { grant_type: 'client_credentials' } as never)
    const code = 'unsupported_grant_type'
    expect(answer).toMatchObject({ status: 400, body: { code, error: code } })
  })

  it('repeats in its refusal no value that was sent', async () => {
    const identity = await startTestIdentity()
    const json = { username: ['hunter2'], password: 'hunter2' }
    const { status, text } = await identity.send('POST', '/auth/login', { json })
    expect(status).toBe(400)
    expect(text).not.toContain('hunter2')
  })

  it('signs in by form and by JSON, whatever the case of the username', async () => {
    const identity = await startTestIdentity()
    await identity.addUser({ username: 'Ada', password: 'correct horse' })
    // As the docs page of the module replaced sends it.
    const byForm = await identity.signIn('ADA', 'correct horse', { grant_type: 'password', scope: '' })
    const byJson = await identity.send('POST', '/auth/login', { json: { username: ' ada', password: 'correct horse' } })
    for (const answer of [byForm, byJson]) {
      expect(answer).toMatchObject({ status: 200, body: { token_type: 'bearer', expires_in: 28_800 } })
      expect(answer.headers.get('cache-control')).toBe('no-store')
    }
  })

  it('issues a token that another library verifies by the published keys', async () => {
    const identity = await startTestIdentity()
    const user = await identity.addUser({ username: 'ada', password: 'correct horse', roles: ['admin'] })
    const { body } = await identity.signIn('ada', 'correct horse')
    const keys = createRemoteJWKSet(new URL(`${identity.url}/.well-known/jwks.json`))
    const options = { issuer: identity.issuer, audience: 'gatehouse', algorithms: ['RS256'], typ: 'at+jwt' }
    const [header, claims, mac = ''] = body.access_token.split('.')
    const changed = `${header}.${claims}.${mac.startsWith('A') ? 'B' : 'A'}${mac.slice(1)}`
    const code = 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED'
    await expect(jwtVerify(changed, keys, options)).rejects.toMatchObject({ code })
    const { payload, protectedHeader } = await jwtVerify(body.access_token, keys, options)
    expect(protectedHeader.kid).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(payload).toMatchObject({
      sub: user.id,
      preferred_username: 'ada',
      roles: ['admin'],
      ver: 1,
      client_id: 'gatehouse',
    })
    expect(Object.keys(payload).sort()).toEqual(
      ['aud', 'client_id', 'exp', 'iat', 'iss', 'jti', 'preferred_username', 'roles', 'sid', 'sub', 'ver'].sort(),
    )
  })

  it('appends session.started.v1 in the same transaction', async () => {
    const identity = await startTestIdentity()
    const user = await identity.addUser({ username: 'ada', password: 'correct horse' })
    await identity.signIn('ada', 'correct horse')
    expect((await identity.events()).map((it) => [it.type, it.subject])).toEqual([
      ['key.published.v1', expect.any(String)],
      ['key.activated.v1', expect.any(String)],
      ['user.created.v1', user.id],
      ['session.started.v1', user.id],
    ])
  })
})

describe('POST /auth/logout', () => {
  it('refuses what is no bearer token', async () => {
    const identity = await startTestIdentity()
    for (const [authorization, status, code] of [
      ['Basic YWRtaW46Y2hhbmdlbWU=', 401, 'token_missing'],
      ['Bearer', 400, 'invalid_request'],
      ['Bearer a b c', 400, 'invalid_request'],
      ['Bearer nonsense', 401, 'invalid_token'],
    ] as const) {
      expect(await identity.logOut({ headers: { authorization } }), authorization).toMatchObject({
        status,
        body: { code },
      })
    }
  })

  it('refuses a missing, a wrong and an ended token', async () => {
    const identity = await startTestIdentity()
    const { token } = await identity.signUp({ username: 'ada' })
    const missing = await identity.logOut()
    expect(missing.status).toBe(401)
    expect(missing.headers.get('www-authenticate')).not.toContain('error=')
    const wrong = await identity.as(`${token}x`).logOut()
    expect(wrong.status).toBe(401)
    expect(wrong.headers.get('www-authenticate')).toContain('error="invalid_token"')
    expect(await identity.as(token).logOut()).toMatchObject({ status: 204 })
    expect(await identity.as(token).logOut()).toMatchObject({ status: 401, body: { code: 'session_ended' } })
  })

  it('ends that session alone, with its reason in the event', async () => {
    const identity = await startTestIdentity()
    const { token, user } = await identity.signUp({ username: 'ada' })
    const other = await identity.signIn('ada', 'correct horse')
    await identity.as(token).logOut()
    const ended = (await identity.events()).at(-1)
    expect(ended).toMatchObject({ type: 'session.revoked.v1', subject: user.id, data: { reason: 'logout' } })
    expect(await identity.as(other.body.access_token).logOut()).toMatchObject({
      status: 204,
    })
  })
})
