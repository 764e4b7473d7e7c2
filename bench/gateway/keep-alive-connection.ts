import { once } from 'node:events'
import { connect } from 'node:net'

export type Answered = { status: number; bytes: number; ms: number }

const endOfHead = '\r\n\r\n'

// The headers that Nginx adds (infra/nginx), then those that Node's `fetch` sends.
const headers = [
  'Host: localhost',
  'X-Forwarded-For: 192.0.2.1',
  'X-Forwarded-Proto: https',
  'X-Forwarded-Host: localhost',
  'X-Forwarded-Port: 443',
  'X-Request-Id: 3f1c0d6f0c5a4e0f9b7f4a1d2c3b4a59',
  'X-Forwarded-Prefix: /api',
  'Accept: */*',
  'Accept-Language: *',
  'Sec-Fetch-Mode: cors',
  'User-Agent: node',
  'Accept-Encoding: gzip, deflate',
].join('\r\n')

/** Status and length of the response in `received`, or null while it is incomplete. */
const readAnswer = (received: Buffer) => {
  const headLength = received.indexOf(endOfHead)
  if (headLength < 0) return null
  const head = received.toString('latin1', 0, headLength)
  const status = Number(head.slice(9, 12))
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
  // No contestant streams, so chunked responses are not supported.
  if (length === undefined && status !== 204) throw new Error(`an answer without a length:\n${head}`)
  const bytes = headLength + endOfHead.length + Number(length ?? 0)
  return received.length >= bytes ? { status, bytes } : null
}

/** A minimal HTTP/1.1 client: one connection, one request at a time. */
export const openConnection = async (url: string) => {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname).setNoDelay()
  await once(socket, 'connect')
  let received: Buffer = Buffer.alloc(0)
  let sentAt = 0
  let waiting: PromiseWithResolvers<Answered> | undefined
  const fail = (error: Error) => waiting?.reject(error)
  socket.on('error', fail)
  socket.on('close', () => fail(new Error('the server closed the connection')))
  socket.on('data', (part: Buffer) => {
    try {
      received = received.length === 0 ? part : Buffer.concat([received, part])
      const answer = readAnswer(received)
      if (!answer) return
      received = received.subarray(answer.bytes)
      waiting?.resolve({ ...answer, ms: performance.now() - sentAt })
    } catch (error) {
      fail(error as Error)
    }
  })
  return {
    get: (path: string, token: string) => {
      waiting = Promise.withResolvers<Answered>()
      sentAt = performance.now()
      socket.write(`GET ${path} HTTP/1.1\r\n${headers}\r\nAuthorization: Bearer ${token}\r\n\r\n`, 'latin1')
      return waiting.promise
    },
    close: () => socket.destroy(),
  }
}
