import { createHash, timingSafeEqual } from 'node:crypto'
import { AppError, currentRequest } from '@gatehouse/service'
import type { RequestHandler } from 'express'

const invalidClient = () =>
  new AppError('unauthenticated', 'invalid_client', 'This call needs the credential of a service.', {
    headers: { 'WWW-Authenticate': 'Basic realm="gatehouse services"' },
    oauthError: 'invalid_client',
  })

const sha256 = (text: string) => createHash('sha256').update(text).digest()

/** RFC 6749 §2.3.1: name and secret, each form-encoded, as HTTP Basic. */
const readBasic = (header: string | undefined) => {
  const encoded = /^Basic ([A-Za-z0-9+/=]{1,1000})$/i.exec(header ?? '')?.[1]
  const text = Buffer.from(encoded ?? '', 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon < 0 ? null : { name: text.slice(0, colon), secret: text.slice(colon + 1) }
}

/** Lets services in that show one of these credentials; `hashes` maps a service's name to the SHA-256 of its secret. */
export const requireServiceClient = (hashes: ReadonlyMap<string, Buffer>): RequestHandler => {
  const unknown = sha256('no service has this secret')
  return (req, _res, next) => {
    const credential = readBasic(req.get('authorization'))
    const matches = timingSafeEqual(hashes.get(credential?.name ?? '') ?? unknown, sha256(credential?.secret ?? ''))
    if (!credential || !matches) throw invalidClient()
    const request = currentRequest()
    if (request) request.actor = `service:${credential.name}`
    next()
  }
}
