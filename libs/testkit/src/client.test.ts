import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { createClient, granted } from './client.ts'

type Seen = { line: string; type: string | undefined; authorization: string | undefined; body: string }

/** A server that notes what it is asked, and answers each request so. */
const startServer = async (status: number, body: object) => {
  const seen: Seen[] = []
  const server = createServer(async (req, res) => {
    const { authorization, 'content-type': type } = req.headers
    const sent = Buffer.concat(await req.toArray()).toString()
    seen.push({ line: `${req.method} ${req.url}`, type, authorization, body: sent })
    res.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return { seen, client: createClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}/api`) }
}

it('throws what was answered instead of what a call gives', async () => {
  const { client } = await startServer(401, { code: 'bad_credentials' })
  const answering = client.logIn({ body: { username: 'ada', password: 'x' } })
  await expect(granted(answering)).rejects.toThrow('it was answered 401: {"code":"bad_credentials"}')
  expect(await answering).toMatchObject({ status: 401, body: { code: 'bad_credentials' } })
})

it('sends path, query and body as the call declares them', async () => {
  const { client, seen } = await startServer(200, { access_token: 'a.b.c' })
  expect((await granted(client.logIn({ body: { username: 'ada', password: 'x y' } }))).access_token).toBe('a.b.c')
  await client.as('a.b.c').listUsers({ query: { search: 'a&b', limit: 2, after: undefined } })
  await client.as('a.b.c').setPassword({ id: '../42', body: { new_password: 'battery staple' } })
  await client.asService('tests', 'secret').introspectToken({ body: { token: 'x' } })
  expect(seen.map((it) => it.line)).toEqual([
    'POST /api/auth/login',
    'GET /api/users?search=a%26b&limit=2',
    'POST /api/users/..%2F42/password',
    'POST /api/oauth/introspect',
  ])
  const form = 'application/x-www-form-urlencoded;charset=UTF-8'
  expect(seen.map((it) => it.type)).toEqual([form, undefined, 'application/json', form])
  expect(seen.map((it) => it.authorization)).toEqual([
    undefined,
    'Bearer a.b.c',
    'Bearer a.b.c',
    `Basic ${btoa('tests:secret')}`,
  ])
  expect([seen[0]?.body, seen[2]?.body]).toEqual(['username=ada&password=x+y', '{"new_password":"battery staple"}'])
})
