import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type RequestListener, type Server, STATUS_CODES } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { problemOf } from './problem-handler.ts'

export const maxHeaderBytes = 8 * 1024

/** Responds to a request that Node rejected before routing. */
const refuseOnSocket = (error: NodeJS.ErrnoException, socket: Duplex) => {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const [status, code, detail] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? ([431, 'headers_too_large', 'The headers are larger than 8 KiB.'] as const)
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? ([408, 'request_timeout', 'The request did not arrive in time.'] as const)
        : ([400, 'malformed_request', 'The request is not valid HTTP.'] as const)
  const requestId = randomUUID()
  const body = JSON.stringify(problemOf(status, code, detail, requestId))
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/problem+json\r\nX-Request-Id: ${requestId}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
}

/** Serves for another `ms`, with `Connection: close` in every response. */
const drain = async (server: Server, ms: number) => {
  server.prependListener('request', (_req, res) => void res.setHeader('Connection', 'close'))
  await delay(ms)
}

type Options = { host: string; port: number; drainMs: number; onStopping: () => void }

// Part of the drain time during which connections are refused. Nginx retries a refused connection at once with another
// replica and then avoids this one. A connection to an address that no longer exists fails only after a timeout, and has no
// retry if Nginx has resolved the name again meanwhile.
const refusingShare = 0.25

/**
 * Starts an HTTP server. `close()` drains it, then refuses connections for a moment and waits for pending responses.
 * @returns the URL, with the actual port if `port` was 0
 */
export const listen = async (handler: RequestListener, { host, port, drainMs, onStopping }: Options) => {
  const server = createServer({ maxHeaderSize: maxHeaderBytes, requireHostHeader: true }, handler)
  server.headersTimeout = 10_000
  server.requestTimeout = 15_000
  // Longer than Nginx keeps idle upstream connections (60 s): otherwise it could use one that has just closed, a 502.
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
