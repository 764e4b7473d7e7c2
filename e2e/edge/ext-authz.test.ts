import { createClient } from '@gatehouse/testkit'
import { beforeAll, describe, expect, it } from 'vitest'
import { refusalOf } from '../support/client.ts'
import { sendPath, sendRaw } from '../support/raw-http.ts'
import { addressOf, containers } from '../support/stack.ts'
import { untilHealthy } from '../support/until-healthy.ts'
import { createUser, signInAdmin, type TestUser, tokenOf } from '../support/users.ts'

let forAll: string
let forAdmins: string
let ada: TestUser
let hers: string
beforeAll(async () => {
  await untilHealthy()
  const [nginx] = await containers('nginx')
  if (!nginx) throw new Error('there is no Nginx')
  forAll = `http://${addressOf(nginx)}:8081`
  forAdmins = `http://${addressOf(nginx)}:8082`
  ada = await createUser(await signInAdmin(), 'ada', { roles: ['ops', 'audit'] })
  hers = await tokenOf(ada)
})

// Each leads, for who decodes or resolves it, to something that is answered 200 without a token elsewhere.
const tricks = [
  '/',
  '/some/path?x=1',
  '/api/health',
  '/api/docs',
  '/.well-known/jwks.json',
  '/admin/..%2f..%2f..%2fapi/health',
  '/%2e%2e/api/health',
  '/a/%2e%2e%2f%2e%2e/',
  '/..;/api/health',
  '/;/api/health',
  '//api/health',
  '/./api/health',
  '/a/../api/health',
  '/../api/health',
  '/%2fapi%2fhealth',
  '/%252e%252e%252fapi',
  '/x%00',
  '/x\\..\\api',
  '/.verify',
  '/.refused',
  '/.problem',
  '/@passed',
  '/none',
  '*',
  'http://localhost/api/health',
  'http://gateway:3002/health',
  'gateway:3002',
]
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT', 'PROPFIND']
const hosts = ['localhost', 'nginx:8080', 'gateway', 'identity:3001']

describe('the question of other proxies', () => {
  it.each(methods)('is never answered yes to %s without a token, whatever the path and the host', async (method) => {
    for (const to of [forAll, forAdmins]) {
      for (const [nth, path] of tricks.entries()) {
        const { status } = await sendPath(path, { to, method, host: hosts[nth % hosts.length] ?? '' })
        expect([400, 401, 404, 405], `${method} ${path}`).toContain(status)
      }
    }
  })

  it.each(tricks)('is never answered yes at %s to who lacks the role', async (path) => {
    for (const method of ['GET', 'POST', 'DELETE']) {
      const answer = await sendPath(path, { to: forAdmins, method, headers: [`Authorization: Bearer ${hers}`] })
      expect([400, 403, 404], `${method} ${path}`).toContain(answer.status)
    }
  })

  it.each([
    ['a bad token', 'Authorization: Bearer x'],
    ['two tokens', 'Authorization: Bearer x\r\nAuthorization: Bearer y'],
    ['another address to go to', 'X-Original-URL: /api/health\r\nX-Rewrite-URL: /api/health'],
    ['an identity of its own', 'X-Auth-User-Id: x\r\nX-Auth-Roles: admin'],
    ['a change of protocol', 'Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__'],
  ])('is refused with %s', async (_what, headers) => {
    const answer = await sendPath('/x', { to: forAll, headers: [headers] })
    expect([400, 401]).toContain(answer.status)
  })

  it('is no HTTP/1.0 or 0.9 either', async () => {
    const asked = await sendRaw('GET /api/health HTTP/1.0\r\nHost: a\r\n\r\n', forAll)
    expect(asked.status).toBe(401)
    const unnamed = await sendRaw('GET /api/health HTTP/1.0\r\n\r\n', forAll)
    expect([400, 401]).toContain(unnamed.status)
    // Of 0.9 an answer is its body alone; that of a yes is empty.
    expect((await sendRaw('GET /api/health\r\n', forAll)).raw).not.toBe('')
  })

  it('is refused in the words of the gateway', async () => {
    const answer = await createClient(forAll).send('POST', '/some/path')
    expect(refusalOf(answer)).toEqual({ status: 401, code: 'token_missing' })
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="gatehouse"')
    const lacking = await createClient(forAdmins).as(hers).send('DELETE', '/some/path')
    expect(refusalOf(lacking)).toEqual({ status: 403, code: 'insufficient_scope' })
  })

  it.each(['GET', 'POST', 'DELETE'])('is answered 200 to %s, and says who it is', async (method) => {
    const headers = { 'x-auth-roles': 'admin' }
    const answer = await createClient(forAll).as(hers).send(method, '/some/path?x=1', { headers })
    expect(answer).toMatchObject({ status: 200, text: '' })
    expect(answer.headers.get('x-auth-user-id')).toBe(ada.id)
    expect(answer.headers.get('x-auth-username')).toBe(ada.username)
    expect(answer.headers.get('x-auth-roles')).toBe('ops,audit')
    expect(
      await createClient(forAdmins)
        .as(await signInAdmin())
        .send(method, '/some/path'),
    ).toMatchObject({ status: 200 })
  })

  it('is not asked from outside: no port but that of the API is open, and there it is an unknown path', async () => {
    const [nginx] = await containers('nginx')
    const open = Object.entries(nginx?.NetworkSettings.Ports ?? {}).filter(([, bindings]) => bindings?.length)
    expect(open.map(([port]) => port)).toEqual(['8080/tcp'])
    expect(refusalOf(await sendPath('/examples/ext-authz/x'))).toEqual({ status: 404, code: 'not_found' })
  })
})
