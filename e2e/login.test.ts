import { decodeJwt } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { untilCalm } from './calm.ts'
import { get, post, refusalOf } from './http.ts'
import { admin, logIn, me, type Person, seedUser, setActive, tryLogIn } from './people.ts'

let ada: Person
beforeAll(async () => {
  ada = await seedUser('ada')
})

const fieldsThatDiffer = ['date', 'x-request-id', 'keep-alive', 'connection']
const withoutRequestId = ({ status, headers, body }: Awaited<ReturnType<typeof post>>) => ({
  status,
  headers: [...headers].filter(([name]) => !fieldsThatDiffer.includes(name)),
  body: { ...body, request_id: null },
})

describe('signing in', () => {
  it('answers a wrong password, an unknown username and a deactivated user alike', async () => {
    const gone = await seedUser('gone')
    await setActive(gone.id, false, await logIn(admin))
    const wrong = await tryLogIn({ ...ada, password: 'battery staple' })
    const unknown = await tryLogIn({ username: 'nobody', password: ada.password })
    const deactivated = await tryLogIn(gone)
    expect(refusalOf(wrong)).toEqual({ status: 401, code: 'bad_credentials' })
    expect(wrong.body).toMatchObject({ error: 'invalid_grant' })
    expect(withoutRequestId(unknown)).toEqual(withoutRequestId(wrong))
    expect(withoutRequestId(deactivated)).toEqual(withoutRequestId(wrong))
  })

  it('shows a user to themselves, and only what is public', async () => {
    const answer = await me(await logIn(ada))
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
      const answer = await post('/auth/login', sent)
      expect(answer).toMatchObject({ status: 200, body: { token_type: 'bearer', expires_in: 28_800 } })
      expect(answer.headers.get('cache-control')).toBe('no-store')
    }
  })

  it('puts no name, hash or mail into the token', async () => {
    expect(Object.keys(decodeJwt(await logIn(ada))).sort()).toEqual(
      ['aud', 'client_id', 'exp', 'iat', 'iss', 'jti', 'preferred_username', 'roles', 'sid', 'sub', 'ver'].sort(),
    )
  })

  it('works as the seeded admin of the laptop stack', async () => {
    expect(await me(await logIn(admin))).toMatchObject({ status: 200, body: { username: 'admin', roles: ['admin'] } })
  })
})

describe('GET /auth/verify', () => {
  it('refuses whoever shows no token', async () => {
    expect(refusalOf(await get('/auth/verify'))).toEqual({ status: 401, code: 'token_missing' })
  })

  it('tells Nginx who it is', async () => {
    const answer = await get('/auth/verify', { token: await logIn(admin) })
    expect(answer).toMatchObject({ status: 204, text: '' })
    expect(answer.headers.get('x-auth-username')).toBe('admin')
    expect(answer.headers.get('x-auth-roles')).toBe('admin')
    expect(answer.headers.get('x-auth-user-id')).toMatch(/^[0-9a-f-]{36}$/)
  })
})

describe('GET /health', () => {
  it('tells through Nginx whether it works, and no more', async () => {
    expect(await get('/health')).toMatchObject({ status: 200, text: '{"status":"ready"}' })
  })

  it('tells beside each gateway the state of every dependency', async () => {
    await untilCalm()
  })
})
