import { once } from 'node:events'
import { request } from 'node:http'
import { describe, expect, it } from 'vitest'
import { startTestGateway } from './start-test-gateway.ts'

/** A request with headers just as given; fetch would join or drop some. */
const send = async (url: string, path: string, { method = 'GET', headers = [] as string[] } = {}) => {
  const { hostname, port } = new URL(url)
  const options = { hostname, port, path, method, headers: ['Host', 'localhost', ...headers], agent: false }
  const [res] = await once(request(options).end(), 'response')
  const text = Buffer.concat(await res.toArray()).toString()
  return { status: res.statusCode, headers: res.headers, body: text === '' ? null : JSON.parse(text) }
}

describe('bad input', () => {
  it('is answered as a problem with a stable code and the id of the request', async () => {
    const { url, issuer } = await startTestGateway()
    const bearer = ['Authorization', `Bearer ${await issuer.token()}`]
    const cases = [
      ['two credentials', '/auth/me', { headers: [...bearer, ...bearer] }, 400, 'invalid_request'],
      ['half a credential', '/auth/verify', { headers: ['Authorization', 'Bearer'] }, 400, 'invalid_request'],
      [
        'a credential of several words',
        '/auth/me',
        { headers: ['Authorization', 'Bearer a b c'] },
        400,
        'invalid_request',
      ],
      ['a token that is none', '/auth/me', { headers: ['Authorization', 'Bearer a.b.c'] }, 401, 'invalid_token'],
      ['a token in the query', `/auth/me?access_token=${await issuer.token()}`, {}, 401, 'token_missing'],
      ['another method', '/auth/me', { method: 'POST' }, 405, 'method_not_allowed'],
      ['an unknown path', '/auth/nobody', {}, 404, 'not_found'],
      ['another case', '/Auth/Me', {}, 404, 'not_found'],
      ['a path that does not decode', '/docs/%zz', {}, 404, 'not_found'],
      ['a header above 8 KiB', '/auth/me', { headers: ['X-Long', 'x'.repeat(9_000)] }, 431, 'headers_too_large'],
    ] as const
    for (const [what, path, how, status, code] of cases) {
      const answer = await send(url, path, how as { headers?: string[] })
      expect(answer, what).toMatchObject({ status, body: { status, code } })
      expect(answer.headers['content-type'], what).toContain('application/problem+json')
      expect(answer.headers['x-request-id'], what).toBe(answer.body.request_id)
    }
    expect((await send(url, '/auth/me', { method: 'DELETE' })).headers.allow).toBe('GET, HEAD')
  })

  it('of a browser that puts a slash behind /docs is mended', async () => {
    const { url } = await startTestGateway()
    const answer = await fetch(`${url}/docs/`)
    expect(answer).toMatchObject({ status: 200, url: `${url}/docs`, redirected: true })
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'self'")
    expect(await answer.text()).not.toMatch(/<script>|href="\/|src="\//)
  })
})
