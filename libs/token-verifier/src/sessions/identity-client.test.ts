import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createIdentityClient } from './identity-client.ts'

const id = '00000000-0000-7000-8000-000000000001'
const answer = JSON.stringify({ now_ms: 7, sessions: [{ state: 'ended', id }] })

const start = async (identity: RequestListener) => {
  const server = createServer(identity).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = createIdentityClient(`http://na%20me:se%3Acret@127.0.0.1:${(server.address() as AddressInfo).port}`)
  onTestFinished(() => {
    client.close()
    server.closeAllConnections()
    server.close()
  })
  return client
}

describe('the client of identity', () => {
  it('sends ids and the decoded credential, over one connection', async () => {
    const connections = new Set()
    const received: unknown[] = []
    const client = await start(async (req, res) => {
      connections.add(req.socket)
      const { authorization, 'content-type': type } = req.headers
      received.push({ call: `${req.method} ${req.url}`, authorization, type, body: await text(req) })
      res.end(answer)
    })
    expect(await client.lookUp([id])).toEqual(JSON.parse(answer))
    await client.lookUp([id])
    const expected = {
      call: 'POST /internal/sessions/lookup',
      authorization: `Basic ${btoa('na me:se:cret')}`,
      type: 'application/json',
      body: JSON.stringify({ ids: [id] }),
    }
    expect(received).toEqual([expected, expected])
    expect(connections.size).toBe(1)
  })

  it.each<[string, RequestListener]>([
    ['another status', (_req, res) => void res.writeHead(503).end(answer)],
    ['no JSON', (_req, res) => void res.end('{')],
    ['an undeclared answer', (_req, res) => void res.end('{"now_ms":7}')],
    [
      'an answer that breaks off',
      (_req, res) => {
        res.writeHead(200, { 'content-length': '1000' }).write(answer)
        setTimeout(() => res.destroy(), 50)
      },
    ],
    ['an answer over 4 MiB', (_req, res) => void res.end(answer.padEnd(4 * 1024 * 1024 + 1))],
    ['no answer', () => undefined],
    ['an answer that does not end', (_req, res) => void res.write(answer)],
  ])('rejects %s within 900 ms', async (_what, identity) => {
    const client = await start(identity)
    const startedAt = performance.now()
    await expect(client.lookUp([id])).rejects.toThrow()
    expect(performance.now() - startedAt).toBeLessThan(2_000)
  })

  it('accepts an answer of 4 MiB', async () => {
    const client = await start((_req, res) => void res.end(answer.padEnd(4 * 1024 * 1024)))
    expect(await client.lookUp([id])).toEqual(JSON.parse(answer))
  })

  it('repeats a call whose kept-alive connection is closed, once, and no other', async () => {
    let calls = 0
    const client = await start((req, res) => {
      calls += 1
      if (calls === 2 || calls > 3) req.socket.resetAndDestroy()
      else res.end(answer)
    })
    await client.lookUp([id])
    expect(await client.lookUp([id])).toEqual(JSON.parse(answer))
    expect(calls).toBe(3)
    await expect(client.lookUp([id])).rejects.toThrow()
    expect(calls, 'and the repeat').toBe(5)
    await expect(client.lookUp([id])).rejects.toThrow()
    expect(calls, 'over a new connection').toBe(6)
  })
})
