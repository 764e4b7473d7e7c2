import { createHash, timingSafeEqual } from 'node:crypto'
import type { RequestHandler } from 'express'

/** In this header the proxy in front says that it is the one. */
const proxyHeader = 'x-gatehouse-proxy'

const forwarded = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip']
const sha256 = (text: string) => createHash('sha256').update(text).digest()

// IPv4 addresses come as ::ffff:127.0.0.1 on a socket that listens on both.
const isLoopback = (address = '') => /^(::ffff:)?127\.|^::1$/.test(address)

/**
 * Takes out what a request says about where it comes from, unless the proxy said it: who else reaches the service, such as
 * another service on its network, would choose its own address. The proxy is who knows the secret, wherever it runs
 * and however often it is started anew; without a secret it is whoever is on this machine.
 */
export const believeProxy = (secret: string | undefined): RequestHandler => {
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
