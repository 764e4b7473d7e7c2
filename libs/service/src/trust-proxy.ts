import { createHash, timingSafeEqual } from 'node:crypto'
import type { RequestHandler } from 'express'

/** The proxy in front authenticates itself with this header. */
const proxyHeader = 'x-gatehouse-proxy'

const forwarded = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip']
const sha256 = (text: string) => createHash('sha256').update(text).digest()

// A dual-stack socket reports IPv4 addresses as ::ffff:127.0.0.1.
const isLoopback = (address = '') => /^(::ffff:)?127\.|^::1$/.test(address)

/**
 * Removes the forwarding headers of a request unless it comes from the proxy: any other client, such as another service on the
 * network, could claim any address. The proxy is recognised by the secret; without a configured secret, by a loopback address.
 */
export const trustProxy = (secret: string | undefined): RequestHandler => {
  const expected = secret === undefined ? null : sha256(secret)
  return (req, _res, next) => {
    const given = req.headers[proxyHeader]
    const isProxy = expected
      ? typeof given === 'string' && timingSafeEqual(sha256(given), expected)
      : isLoopback(req.socket.remoteAddress)
    if (!isProxy) for (const name of forwarded) delete req.headers[name]
    delete req.headers[proxyHeader]
    next()
  }
}
