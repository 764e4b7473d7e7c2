import { type Answer, granted } from '@gatehouse/testkit'
import { decodeJwt } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { as, gatehouse, refusalOf } from '../support/client.ts'
import { untilHealthy } from '../support/until-healthy.ts'
import { createUser, me, signInAdmin, type TestUser, tokenOf, trySignIn } from '../support/users.ts'

let ada: TestUser
beforeAll(async () => {
  ada = await createUser(await signInAdmin(), 'ada', { full_name: 'The ada of a test' })
})

const fieldsThatDiffer = ['date', 'x-request-id', 'keep-alive', 'connection']
const withoutRequestId = ({ status, headers, body }: Answer<object>) => ({
  status,
  headers: [...headers].filter(([name]) => !fieldsThatDiffer.includes(name)),
  body: { ...body, request_id: null },
})

describe('signing in', () => {
  it('answers a wrong password, an unknown username and a deactivated user alike', async () => {
    const gone = await createUser(await signInAdmin(), 'gone')
    await granted(as(await signInAdmin()).deactivateUser({ id: gone.id }))
    const wrong = await trySignIn({ ...ada, password: 'battery staple' })
    const unknown = await trySignIn({ username: 'nobody', password: ada.password })
    const deactivated = await trySignIn(gone)
    expect(refusalOf(wrong)).toEqual({ status: 401, code: 'bad_credentials' })
    expect(wrong.body).toMatchObject({ error: 'invalid_grant' })
    expect(withoutRequestId(unknown)).toEqual(withoutRequestId(wrong))
    expect(withoutRequestId(deactivated)).toEqual(withoutRequestId(wrong))
  })

  it('shows a user to themselves, and only what is public', async () => {
    const answer = await me(await tokenOf(ada))
    expect(answer.status).toBe(200)
    expect(answer.body).toEqual({
      id: ada.id,
      username: ada.username,
      full_name: 'The ada of a test',
      is_active: true,
      roles: [],
    })
    expect(answer.headers.get('x-request-id')).toBeTruthy()
  })

  it('takes the form as curl sends it, and the same as JSON', async () => {
    const { username, password } = ada
    for (const sent of [
      { form: { username, password, grant_type: 'password', scope: '' } },
      { json: { username, password } },
    ]) {
      const answer = await gatehouse().send('POST', '/auth/login', sent)
      expect(answer).toMatchObject({ status: 200, body: { token_type: 'bearer', expires_in: 28_800 } })
      expect(answer.headers.get('cache-control')).toBe('no-store')
    }
  })

  it('puts no name, hash or mail into the token', async () => {
    expect(Object.keys(decodeJwt(await tokenOf(ada))).sort()).toEqual(
      ['aud', 'client_id', 'exp', 'iat', 'iss', 'jti', 'preferred_username', 'roles', 'sid', 'sub', 'ver'].sort(),
    )
  })

  it('works as the seeded admin of the laptop stack', async () => {
    expect(await me(await signInAdmin())).toMatchObject({ status: 200, body: { username: 'admin', roles: ['admin'] } })
  })
})

describe('GET /auth/verify', () => {
  it('refuses whoever shows no token', async () => {
    expect(refusalOf(await gatehouse().verify())).toEqual({ status: 401, code: 'token_missing' })
  })

  it('tells Nginx who it is', async () => {
    const answer = await as(await signInAdmin()).verify()
    expect(answer).toMatchObject({ status: 204, text: '' })
    expect(answer.headers.get('x-auth-username')).toBe('admin')
    expect(answer.headers.get('x-auth-roles')).toBe('admin')
    expect(answer.headers.get('x-auth-user-id')).toMatch(/^[0-9a-f-]{36}$/)
  })
})

describe('GET /health', () => {
  it('tells through Nginx whether it works, and no more', async () => {
    expect(await gatehouse().readHealth()).toMatchObject({ status: 200, text: '{"status":"ready"}' })
  })

  it('tells beside each gateway the state of every dependency', async () => {
    await untilHealthy()
  })
})
