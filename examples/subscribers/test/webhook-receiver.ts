import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

type Received = { path: string | undefined; headers: Record<string, string>; body: string }
/** A status, or null for no response. */
type Answer = (received: Received, nth: number) => number | null

/** @param answer also gets how often this event was received before */
export const startReceiver = async (answer: Answer) => {
  const received: Received[] = []
  const server = createServer(async (req, res) => {
    const chunks: Buffer[] = []
    for await (const chunk of req) chunks.push(chunk)
    const headers = Object.fromEntries(Object.entries(req.headers).map(([name, value]) => [name, String(value)]))
    const one = { path: req.url, headers, body: String(Buffer.concat(chunks)) }
    const nth = received.filter((it) => it.headers['webhook-id'] === one.headers['webhook-id']).length
    received.push(one)
    const status = answer(one, nth)
    if (status !== null) res.writeHead(status, { location: '/elsewhere' }).end('{}')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, received }
}
