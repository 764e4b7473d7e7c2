import { beforeAll, describe, expect, it } from 'vitest'
import { gatehouse, refusalOf } from '../support/client.ts'
import { sendPath, sendRaw } from '../support/raw-http.ts'
import { signInAdmin } from '../support/users.ts'

describe('a request', () => {
  let token: string
  beforeAll(async () => {
    token = await signInAdmin()
  })

  it('with two credentials is refused', async () => {
    const both = [`Authorization: Bearer ${token}`, `Authorization: Bearer ${token}`]
    const answer = await sendPath('/api/auth/me', { headers: both })
    expect(refusalOf(answer)).toMatchObject({ status: 400 })
  })

  it('with a body of many megabytes is refused', async () => {
    const sent = { headers: { 'content-type': 'application/json' }, body: 'x'.repeat(3_000_000) }
    const answer = await gatehouse().send('POST', '/auth/login', sent)
    expect(refusalOf(answer)).toEqual({ status: 413, code: 'body_too_large' })
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

  it.each(['/nowhere', '/auth/nowhere', '/users/', '/events/', '/.well-known/nowhere', '/oauth/nowhere', ''])(
    'for the unknown path /api%s is refused',
    async (path) => {
      expect(refusalOf(await gatehouse().send('GET', path))).toEqual({ status: 404, code: 'not_found' })
    },
  )

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
