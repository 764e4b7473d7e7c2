import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { calls } from '@gatehouse/contracts'
import { expect, it } from 'vitest'
import { startTestIdentity } from './start-test-identity.ts'

it('responds 304 to If-None-Match where it is declared', async () => {
  const identity = await startTestIdentity()
  const { token, user } = await identity.signUp({ username: 'root', roles: ['admin'] })
  const withEtag = calls
    .map(({ call }) => call)
    .filter((it) => it.method === 'GET' && it.servedBy === 'identity')
    .filter((it) => it.orAnswers?.some(({ status }) => status === 304))
  expect(withEtag.map((it) => it.path)).toEqual(
    expect.arrayContaining(['/users/{id}', '/.well-known/jwks.json', '/.well-known/oauth-authorization-server']),
  )
  for (const { path } of withEtag) {
    const url = identity.url + path.replace('{id}', user.id)
    // By node:http, since fetch adds `Cache-Control: no-cache` to a conditional request.
    const read = async (headers: Record<string, string>) => {
      const request = get(url, { headers: { authorization: `Bearer ${token}`, ...headers } })
      const [answer]: IncomingMessage[] = await once(request, 'response')
      answer?.resume()
      return answer
    }
    const first = await read({})
    expect(first?.statusCode, path).toBe(200)
    const again = await read({ 'if-none-match': String(first?.headers.etag) })
    expect(again?.statusCode, path).toBe(304)
  }
})
