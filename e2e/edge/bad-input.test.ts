import { beforeAll, describe, expect, it } from 'vitest'
import { as, gatehouse, refusalOf } from '../support/client.ts'
import { sendPath, sendRaw } from '../support/raw-http.ts'
import { signInAdmin } from '../support/users.ts'

const urlencoded = 'application/x-www-form-urlencoded'
const json = 'application/json'

/** A login whose body is sent as it stands. */
const logInWith = (type: string | null, body: string, headers: Record<string, string> = {}) =>
  gatehouse().send('POST', '/auth/login', {
    // A Blob without type is the one body for which fetch makes up no content type.
    body: new Blob([body]),
    headers: { ...(type !== null && { 'content-type': type }), ...headers },
  })

describe('a login', () => {
  it.each([
    ['without body', urlencoded, '', 400, 'invalid_request'],
    ['without password', urlencoded, 'username=admin', 400, 'invalid_request'],
    ['with an empty username', urlencoded, 'username=&password=changeme', 400, 'invalid_request'],
    ['with an empty password', urlencoded, 'username=admin&password=', 400, 'invalid_request'],
    ['with two usernames', urlencoded, 'username=admin&username=root&password=x', 400, 'repeated_field'],
    ['with an over-long username', urlencoded, `username=${'a'.repeat(151)}&password=x`, 400, 'invalid_request'],
    ['with an over-long password', urlencoded, `username=admin&password=${'a'.repeat(257)}`, 400, 'invalid_request'],
    ['with a control character', urlencoded, 'username=ad%00min&password=x', 400, 'invalid_request'],
    ['with half a character', json, '{"username":"admin","password":"\\ud800"}', 400, 'invalid_request'],
    ['with a list for a username', json, '{"username":["admin"],"password":"x"}', 400, 'invalid_request'],
    ['with a list for a body', json, '[]', 400, 'invalid_request'],
    ['of another grant', urlencoded, 'grant_type=implicit&username=admin&password=x', 400, 'unsupported_grant_type'],
    ['of broken JSON', json, '{"username":', 400, 'invalid_json'],
    ['of a broken form', urlencoded, 'username=%zz&password=x', 400, 'invalid_form'],
    ['of bytes that are no UTF-8', urlencoded, 'username=%ff&password=x', 400, 'invalid_form'],
    ['as plain text', 'text/plain', 'username=admin&password=changeme', 415, 'unsupported_media_type'],
    ['as multipart', 'multipart/form-data; boundary=x', '--x--', 415, 'unsupported_media_type'],
    ['of no content type', null, 'username=admin&password=changeme', 415, 'unsupported_media_type'],
    ['in another charset', `${urlencoded}; charset=utf-16`, 'username=a&password=x', 415, 'unsupported_media_type'],
    ['over 16 KiB', json, JSON.stringify({ username: 'a'.repeat(17_000) }), 413, 'body_too_large'],
    ['of many megabytes', json, 'x'.repeat(3_000_000), 413, 'body_too_large'],
  ])('%s is refused', async (_what, type, body, status, code) => {
    const answer = await logInWith(type, body)
    expect(refusalOf(answer)).toEqual({ status, code })
    if (status === 400) expect(JSON.parse(answer.text)).toHaveProperty('error')
  })

  it('in an encoding that is not taken is refused', async () => {
    const answer = await logInWith(json, '{}', { 'content-encoding': 'snappy' })
    expect(refusalOf(answer)).toEqual({ status: 415, code: 'unsupported_encoding' })
  })

  it('repeats in its refusal no value that was sent', async () => {
    const answer = await logInWith(json, '{"username":["hunter2"],"password":"hunter2"}')
    expect(answer.text).not.toContain('hunter2')
  })
})

describe('a request', () => {
  let token: string
  beforeAll(async () => {
    token = await signInAdmin()
  })

  it('without token is asked for one, with no error named', async () => {
    const answer = await gatehouse().readMe()
    expect(refusalOf(answer)).toEqual({ status: 401, code: 'token_missing' })
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/)
    expect(answer.headers.get('www-authenticate')).not.toContain('error=')
  })

  it.each([
    ['of another scheme', 'Basic YWRtaW46Y2hhbmdlbWU=', 401, 'token_missing'],
    ['that is empty', 'Bearer', 400, 'invalid_request'],
    ['of more than one word', 'Bearer a b c', 400, 'invalid_request'],
    ['that is no token', 'Bearer nonsense', 401, 'invalid_token'],
  ])('with a credential %s is refused', async (_what, authorization, status, code) => {
    for (const [method, path] of [
      ['GET', '/auth/me'],
      ['POST', '/auth/logout'],
    ] as const) {
      const answer = await gatehouse().send(method, path, { headers: { authorization } })
      expect(refusalOf(answer), path).toEqual({ status, code })
    }
  })

  it('with two credentials is refused', async () => {
    const both = [`Authorization: Bearer ${token}`, `Authorization: Bearer ${token}`]
    const answer = await sendPath('/api/auth/me', { headers: both })
    expect(refusalOf(answer)).toMatchObject({ status: 400 })
  })

  it('with its token in the query is not let in', async () => {
    expect(refusalOf(await gatehouse().send('GET', `/auth/me?access_token=${token}`))).toMatchObject({ status: 401 })
  })

  it('with headers over 8 KiB is refused', async () => {
    const oneLong = await gatehouse().readMe({ headers: { 'x-long': 'a'.repeat(9_000) } })
    expect(refusalOf(oneLong)).toEqual({ status: 431, code: 'headers_too_large' })
    const manyShort = Array.from({ length: 60 }, (_, nth) => `X-Long-${nth}: ${'a'.repeat(200)}`)
    const answer = await sendPath('/api/auth/me', { headers: manyShort })
    expect(refusalOf(answer)).toEqual({ status: 431, code: 'headers_too_large' })
  })

  it('for an over-long address is refused', async () => {
    const answer = await gatehouse().send('GET', `/auth/me?x=${'a'.repeat(9_000)}`)
    expect(refusalOf(answer)).toEqual({ status: 414, code: 'uri_too_long' })
  })

  it.each(['/nowhere', '/auth/nowhere', '/users/', '/.well-known/nowhere', '/oauth/nowhere', ''])(
    'for the unknown path /api%s is refused',
    async (path) => {
      expect(refusalOf(await gatehouse().send('GET', path))).toEqual({ status: 404, code: 'not_found' })
    },
  )

  it('for a path that does not decode is refused', async () => {
    expect(refusalOf(await sendPath('/api/users/%zz/deactivate', { method: 'POST' }))).toMatchObject({ status: 400 })
  })

  it.each([
    ['DELETE', '/auth/login', 'POST'],
    ['GET', '/auth/login', 'POST'],
    ['POST', '/auth/me', 'GET, HEAD'],
    ['PUT', '/auth/verify', 'GET, HEAD'],
    ['GET', '/auth/logout', 'POST'],
    ['POST', '/.well-known/jwks.json', 'GET, HEAD'],
    ['PATCH', '/openapi.json', 'GET, HEAD'],
  ])('%s %s is refused and told what is allowed', async (method, path, allowed) => {
    const answer = await gatehouse().send(method, path)
    expect(refusalOf(answer)).toEqual({ status: 405, code: 'method_not_allowed' })
    expect(answer.headers.get('allow')).toBe(allowed)
  })

  it('for a user id that is none is refused', async () => {
    const answer = await as(token).send('POST', '/users/42/deactivate')
    expect(refusalOf(answer)).toEqual({ status: 400, code: 'invalid_request' })
    const unknown = await as(token).deactivateUser({ id: crypto.randomUUID() })
    expect(refusalOf(unknown)).toEqual({ status: 404, code: 'user_not_found' })
  })

  it.each([
    ['what is no HTTP', 'hello\r\n\r\n'],
    ['two lengths', 'POST /api/auth/login HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n'],
    [
      'a length beside chunks',
      'POST /api/auth/login HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['no host', 'GET /api/auth/me HTTP/1.1\r\nConnection: close\r\n\r\n'],
  ])('of %s is refused on the bare connection', async (_what, bytes) => {
    expect(refusalOf(await sendRaw(bytes))).toMatchObject({ status: 400 })
  })

  it('that brings a request id of its own gets one of ours', async () => {
    const answer = await gatehouse().send('GET', '/nowhere', { headers: { 'x-request-id': 'chosen-by-the-client' } })
    expect(answer.headers.get('x-request-id')).not.toBe('chosen-by-the-client')
    expect(refusalOf(answer)).toEqual({ status: 404, code: 'not_found' })
  })
})
