import { createClient, eventually, type Sent } from '@gatehouse/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { as, refusalOf } from '../support/client.ts'
import { sendPath } from '../support/raw-http.ts'
import { compose, site } from '../support/stack.ts'
import { untilHealthy } from '../support/until-healthy.ts'
import { createUser, signInAdmin, type TestUser, tokenOf } from '../support/users.ts'

const anyUser = '/examples/guarded'
const adminsOnly = '/examples/guarded/admin'

let ada: TestUser
let hers: string
let adminToken: string
beforeAll(async () => {
  await untilHealthy()
  ada = await createUser(await signInAdmin(), 'ada', { roles: ['ops', 'audit'] })
  hers = await tokenOf(ada)
  adminToken = await signInAdmin()
})

const ask = (path: string, token?: string, more: Sent = {}) =>
  (token === undefined ? createClient(site()) : createClient(site()).as(token)).send('GET', path, more)

// What a client might try to pass for somebody else.
const lies = [
  'X-Auth-User-Id: 00000000-0000-4000-8000-000000000000',
  'x-auth-user-id: 00000000-0000-4000-8000-000000000001',
  'X-Auth-Username: admin',
  'X-AUTH-ROLES: admin',
  'X_Auth_User_Id: liar',
  'X-Auth_Username: liar',
  'x_auth_roles: admin',
  // To PHP and CGI all of these are X-Auth-Roles.
  ...['.', '!', '#', '$', '%', '&', "'", '*', '+', '^', '`', '|', '~'].map((it) => `X${it}Auth-Roles: admin`),
  'X.Auth.Roles: admin',
  'X-Auth.Roles: admin',
]

describe('the guard in front of an upstream refuses', () => {
  it.each([
    ['no token', [], 401, 'token_missing', 'Bearer realm="gatehouse"'],
    ['another scheme', ['Authorization: Basic YTpi'], 401, 'token_missing', 'Bearer realm="gatehouse"'],
    [
      'a bad token',
      ['Authorization: Bearer x'],
      401,
      'invalid_token',
      'Bearer realm="gatehouse", error="invalid_token"',
    ],
    ['no token but a lie', [...lies, 'X-Auth-Problem: {}'], 401, 'token_missing', 'Bearer realm="gatehouse"'],
    [
      'an empty token',
      ['Authorization: Bearer '],
      400,
      'invalid_request',
      'Bearer realm="gatehouse", error="invalid_request"',
    ],
  ])('%s, in the words of the gateway', async (_what, headers, status, code, challenge) => {
    for (const path of [anyUser, adminsOnly]) {
      for (const method of ['GET', 'POST', 'DELETE']) {
        const answer = await sendPath(path, { method, headers })
        expect(refusalOf(answer)).toEqual({ status, code })
        expect(answer.headers.get('www-authenticate')).toBe(challenge)
        expect(answer.headers.get('cache-control')).toBe('no-store')
      }
    }
  })

  it('one of two tokens', async () => {
    const headers = [`Authorization: Bearer ${hers}`, 'Authorization: Bearer x']
    expect(refusalOf(await sendPath(anyUser, { headers }))).toMatchObject({ status: 400 })
  })

  it('who lacks the role', async () => {
    const answer = await ask(`${adminsOnly}?role=ops`, hers, { headers: { 'x-auth-roles': 'admin' } })
    expect(refusalOf(answer)).toEqual({ status: 403, code: 'insufficient_scope' })
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="gatehouse", error="insufficient_scope"')
  })

  it('a request with a body without reading it, and answers a HEAD without body', async () => {
    const body = { json: { text: 'x'.repeat(10_000) } }
    expect(refusalOf(await createClient(site()).send('POST', anyUser, body))).toMatchObject({ status: 401 })
    expect(await createClient(site()).send('HEAD', anyUser)).toMatchObject({ status: 401, text: '' })
  })

  it('everybody who would ask Nginx for its inner pages', async () => {
    for (const path of ['/.verify', '/.refused']) {
      expect(refusalOf(await ask(path, hers))).toEqual({ status: 404, code: 'not_found' })
    }
  })

  it.each([
    '/examples/guarded/admin/../../guarded',
    '/examples/guarded/admin/..%2f..%2fguarded',
    '/examples/guarded/admin/%2e%2e/%2E%2e/guarded?x=1',
    '/examples/./guarded',
    '/examples/%2e/guarded',
  ])('%s, which Nginx and an upstream could read in two ways', async (path) => {
    const answer = await sendPath(path, { headers: [`Authorization: Bearer ${hers}`] })
    expect(refusalOf(answer)).toEqual({ status: 400, code: 'malformed_request' })
  })

  it('a session within a second of its end', async () => {
    const token = await tokenOf(ada)
    for (let nth = 0; nth < 4; nth += 1) expect(await ask(anyUser, token)).toMatchObject({ status: 200 })
    await as(token).logOut()
    const isRefused = async () =>
      expect(refusalOf(await ask(anyUser, token))).toEqual({ status: 401, code: 'session_ended' })
    await eventually(isRefused, { withinMs: 1_000, everyMs: 10 })
  })
})

describe('the guard in front of an upstream lets in', () => {
  const hersAlone = () => ({
    'x-auth-user-id': ada.id,
    'x-auth-username': ada.username,
    'x-auth-roles': 'ops,audit',
  })

  it('who is signed in, and tells the upstream who that is', async () => {
    const answer = await ask(`${anyUser}?role=admin&x=%20`, hers)
    expect(answer).toMatchObject({ status: 200, body: { method: 'GET', url: `${anyUser}?role=admin&x=%20` } })
    expect(answer.body.identity).toEqual(hersAlone())
  })

  it('nothing that a client says about itself', async () => {
    const headers = [`Authorization: Bearer ${hers}`, ...lies]
    const { text } = await sendPath(anyUser, { headers })
    expect(JSON.parse(text).identity).toEqual(hersAlone())
  })

  it('without its token, which is good for more than this upstream, unless the location asks for it', async () => {
    const { body } = await ask(anyUser, hers)
    expect(body.headers).not.toContain('authorization')
    expect((await ask('/examples/guarded/token', hers)).body.headers).toContain('authorization')
  })

  it('without the word by which identity knows Nginx', async () => {
    const { text } = await sendPath(anyUser, { headers: [`Authorization: Bearer ${hers}`, 'X-Gatehouse-Proxy: x'] })
    expect(JSON.parse(text).headers).not.toContain('x-gatehouse-proxy')
  })

  it('no role that a client claims where the user has none', async () => {
    const token = await tokenOf(await createUser(await signInAdmin(), 'bob'))
    const answer = await ask(anyUser, token, { headers: { 'x-auth-roles': 'admin' } })
    expect(answer.status).toBe(200)
    expect(answer.body.identity).not.toHaveProperty('x-auth-roles')
  })

  it('who has the role', async () => {
    const answer = await ask(adminsOnly, adminToken)
    expect(answer).toMatchObject({ status: 200, body: { url: adminsOnly, username: 'admin' } })
    expect(answer.body.identity).toMatchObject({ 'x-auth-roles': 'admin' })
  })

  it('a body as it was sent', async () => {
    const json = { text: 'ö'.repeat(7_000) }
    const answer = await createClient(site()).as(hers).send('POST', anyUser, { json })
    expect(answer).toMatchObject({ status: 200, body: { method: 'POST', body: JSON.stringify(json) } })
    expect(answer.body.identity).toEqual(hersAlone())
  })

  it('headers near the limit', async () => {
    const answer = await ask(anyUser, hers, { headers: { cookie: `x=${'y'.repeat(6_000)}` } })
    expect(answer.status).toBe(200)
  })
})

describe('while something is away', () => {
  afterAll(async () => {
    await compose('start', 'identity', 'gateway', 'guarded-upstream')
    await untilHealthy()
  })

  const expectNobodyCanTell = async (token?: string) => {
    for (const path of [anyUser, adminsOnly]) {
      const answer = await ask(path, token)
      expect(refusalOf(answer)).toEqual({ status: 503, code: 'cannot_verify' })
      expect(answer.headers.get('retry-after')).toBe('1')
      expect(answer.headers.get('www-authenticate')).toBeNull()
    }
  }

  it('identity: the 503 of the gateway', async () => {
    await compose('stop', 'identity')
    await eventually(() => expectNobodyCanTell(adminToken), { withinMs: 5_000, everyMs: 100 })
    await compose('start', 'identity')
    await untilHealthy()
  })

  it('the gateways, frozen: a 503, without the minute that Nginx waits by itself', async () => {
    await compose('pause', 'gateway')
    try {
      const startedAt = performance.now()
      expect(refusalOf(await ask(anyUser, hers))).toEqual({ status: 503, code: 'cannot_verify' })
      expect(performance.now() - startedAt).toBeLessThan(15_000)
    } finally {
      await compose('unpause', 'gateway')
    }
    await untilHealthy()
  })

  it('the gateways, stopped: a 503 for everybody', async () => {
    await compose('stop', 'gateway')
    await expectNobodyCanTell(hers)
    await expectNobodyCanTell()
    await compose('start', 'gateway')
    await untilHealthy()
  })

  it('the upstream: a 503 for those who may ask it, and still a 401 for the others', async () => {
    await compose('stop', 'guarded-upstream')
    const code = 'upstream_unavailable'
    await eventually(async () => expect(refusalOf(await ask(anyUser, hers))).toEqual({ status: 503, code }))
    expect(refusalOf(await ask(anyUser))).toEqual({ status: 401, code: 'token_missing' })
  })
})
