import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type RequestListener, type Server, STATUS_CODES } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { problemOf } from './problem-handler.ts'

export const maxHeaderBytes = 8 * 1024

/** Answers a request that Node itself refused, before Express saw it. */
const refuseOnSocket = (error: NodeJS.ErrnoException, socket: Duplex) => {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const [status, code, detail] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? ([431, 'headers_too_large', 'The headers are larger than 8 KiB.'] as const)
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? ([408, 'request_timeout', 'The request did not arrive in time.'] as const)
        : ([400, 'malformed_request', 'The request is not well-formed HTTP.'] as const)
  const requestId = randomUUID()
  const body = JSON.stringify(problemOf(status, code, detail, requestId))
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/problem+json\r\nX-Request-Id: ${requestId}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
}

/** Keeps serving for `ms`, asking every client to open no further request on its connection. */
const drain = async (server: Server, ms: number) => {
  server.prependListener('request', (_req, res) => void res.setHeader('Connection', 'close'))
  await delay(ms)
}

type Options = { host: string; port: number; drainMs: number; onStopping: () => void }

// Of a drain. A refusal is told at once: Nginx tries another replica and leaves this one out for as long as its name
// is still known. A connection to an address that is gone is told after a timeout only, and tried nowhere else when the
// name is forgotten meanwhile.
const refusingShare = 0.25

/**
 * Listens; `close()` drains, then refuses connections for a moment and waits for the answers under way.
 * @returns the address, with the port chosen where `port` was 0
 */
export const listen = async (handler: RequestListener, { host, port, drainMs, onStopping }: Options) => {
  const server = createServer({ maxHeaderSize: maxHeaderBytes, requireHostHeader: true }, handler)
  server.headersTimeout = 10_000
  server.requestTimeout = 15_000
  // Longer than Nginx keeps an idle upstream connection (60 s), or it would send into one that just closed: a 502.
  server.keepAliveTimeout = 75_000
  server.on('clientError', refuseOnSocket)
  server.listen(port, host)
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      onStopping()
      await drain(server, drainMs)
      const closed = once(server, 'close')
      server.close()
      server.closeIdleConnections()
      await Promise.all([closed, delay(drainMs * refusingShare)])
    },
  }
}
