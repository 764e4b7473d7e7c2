import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { describe, expect, it, onTestFinished } from 'vitest'
import { fetchJwks } from './fetch-jwks.ts'

const serve = async (handler: RequestListener) => {
  const server = createServer(handler).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`
}
const keys = [{ kid: 'one' }]
/** A valid set of this size. */
const ofSize = (bytes: number) => {
  const bare = JSON.stringify({ keys, padding: '' })
  return JSON.stringify({ keys, padding: 'x'.repeat(bytes - bare.length) })
}
const limit = 256 * 1024

describe('fetching a key set', () => {
  it('accepts 256 KiB and not a byte more', async () => {
    const uri = await serve((req, res) => void res.end(ofSize(limit + (req.url === '/jwks.json' ? 0 : 1))))
    expect(await fetchJwks(uri)).toEqual({ keys })
    await expect(fetchJwks(`${uri}?one-more`)).rejects.toThrow('larger')
  })

  it('counts decompressed bytes', async () => {
    const uri = await serve((_req, res) => {
      res.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(ofSize(50 * limit)))
    })
    await expect(fetchJwks(uri)).rejects.toThrow('larger')
  })

  it('stops reading an endless response', async () => {
    let isClosed = false
    const uri = await serve((_req, res) => {
      const timer = setInterval(() => res.write('x'.repeat(64 * 1024)), 1)
      res.on('close', () => {
        clearInterval(timer)
        isClosed = true
      })
    })
    await expect(fetchJwks(uri)).rejects.toThrow('larger')
    await expect.poll(() => isClosed).toBe(true)
  })

  it('follows no redirect, even to a valid set', async () => {
    const uri = await serve((req, res) => {
      if (req.url === '/elsewhere') res.end(JSON.stringify({ keys }))
      else res.writeHead(302, { location: '/elsewhere' }).end()
    })
    await expect(fetchJwks(uri)).rejects.toThrow()
  })

  it.each([
    ['another status', 203, JSON.stringify({ keys })],
    ['not JSON', 200, 'keys'],
    ['null', 200, 'null'],
    ['a list', 200, '[]'],
    ['no keys', 200, '{}'],
    ['keys that are no list', 200, '{"keys":{"length":1}}'],
    [
      'ill-formed UTF-8',
      200,
      Buffer.concat([Buffer.from('{"keys":[{"kid":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}]}')]),
    ],
  ])('refuses %s', async (_what, status, body) => {
    const uri = await serve((_req, res) => void res.writeHead(status).end(body))
    await expect(fetchJwks(uri)).rejects.toThrow()
  })
})
