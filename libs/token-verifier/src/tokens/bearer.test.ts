import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bearer, challenge, readBearer } from './bearer.ts'

// Real requests, because Node decides what becomes of a repeated header.
const server = createServer((req, res) => void res.end(JSON.stringify(readBearer(req))))
beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterAll(() => void server.close())

const read = async (headers: string[], path = '/'): Promise<Bearer> => {
  const { port } = server.address() as AddressInfo
  const req = request({ port, path, headers: ['Host', 'localhost', ...headers], agent: false }).end()
  const [res] = await once(req, 'response')
  return JSON.parse(Buffer.concat(await res.toArray()).toString())
}

describe('the bearer token of a request', () => {
  it.each([
    ['two headers', ['Authorization', 'Bearer one', 'Authorization', 'Bearer two']],
    ['the same header twice', ['Authorization', 'Bearer one', 'authorization', 'Bearer one']],
    ['two kinds of credential', ['Authorization', 'Basic b25l', 'Authorization', 'Bearer two']],
    ['two tokens in one header', ['Authorization', 'Bearer one, Bearer two']],
    ['two words', ['Authorization', 'Bearer one two']],
    ['no token after the scheme', ['Authorization', 'Bearer']],
    ['a token in quotes', ['Authorization', 'Bearer "one"']],
    ['a tab for a space', ['Authorization', 'Bearer\tone']],
  ])('is malformed when there are %s', async (_what, headers) => {
    expect(await read(headers)).toEqual({ kind: 'malformed' })
  })

  it('is missing without the header, with another scheme, or in the query', async () => {
    expect(await read([])).toEqual({ kind: 'none' })
    expect(await read(['Authorization', ''])).toEqual({ kind: 'none' })
    expect(await read(['Authorization', 'Basic b25l'])).toEqual({ kind: 'none' })
    expect(await read(['Authorization', 'Bearerone'])).toEqual({ kind: 'none' })
    expect(await read(['Cookie', 'access_token=one'], '/?access_token=one')).toEqual({ kind: 'none' })
  })

  it.each(['Bearer', 'bearer', 'BEARER'])('is read after the scheme %s', async (scheme) => {
    expect(await read(['Authorization', `${scheme}  a.b-c_d~e+f/g==`])).toEqual({
      kind: 'token',
      token: 'a.b-c_d~e+f/g==',
    })
  })

  it('is not read from the value of another header', async () => {
    expect(await read(['X-Other', 'Authorization', 'Authorization', 'Bearer one'])).toEqual({
      kind: 'token',
      token: 'one',
    })
    expect(readBearer({ rawHeaders: ['X-Other', 'Authorization', 'Bearer one', 'x'] })).toEqual({ kind: 'none' })
  })

  it('is requested by a challenge without an error when it is missing', () => {
    expect(challenge()).toBe('Bearer realm="gatehouse"')
    expect(challenge('invalid_token')).toBe('Bearer realm="gatehouse", error="invalid_token"')
  })
})
