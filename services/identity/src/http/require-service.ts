import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { ServiceScope } from '@gatehouse/contracts'
import { AppError, currentRequest } from '@gatehouse/service'
import type { Request } from 'express'
import type { ServiceCredentials } from '../clients/service-credentials.ts'

const challenge = { 'WWW-Authenticate': 'Basic realm="gatehouse services"' }

const invalidClient = () =>
  new AppError('unauthenticated', 'invalid_client', 'This call requires valid service credentials.', {
    headers: challenge,
    oauthError: 'invalid_client',
  })

const insufficientScope = (scope: ServiceScope) =>
  new AppError('forbidden', 'insufficient_scope', `This call requires service credentials with the scope ${scope}.`, {
    // RFC 6749 §5.2: the client is authenticated, but not authorized.
    oauthError: 'unauthorized_client',
  })

const sha256 = (text: string) => createHash('sha256').update(text).digest()

/** Name and secret with HTTP Basic (RFC 6749 §2.3.1). */
const readBasic = (header: string | undefined) => {
  const encoded = /^Basic ([A-Za-z0-9+/=]{1,1000})$/i.exec(header ?? '')?.[1]
  const text = Buffer.from(encoded ?? '', 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon < 0 ? null : { name: text.slice(0, colon), secret: text.slice(colon + 1) }
}

/**
 * Creates guards that require service credentials with a scope. An unknown name is always refused; comparing its secret with a
 * random digest makes that take as long as any other refusal.
 * @throws AppError `invalid_client` (401), `insufficient_scope` (403)
 */
export const createRequireService = (credentials: ServiceCredentials) => {
  const randomDigest = randomBytes(32)
  return (scope: ServiceScope) =>
    (req: Request): void => {
      const presented = readBasic(req.get('authorization'))
      const known = presented ? credentials.get(presented.name) : undefined
      const matches = timingSafeEqual(known?.digest ?? randomDigest, sha256(presented?.secret ?? ''))
      if (presented === null || known === undefined || !matches) throw invalidClient()
      const request = currentRequest()
      if (request) request.actor = `service:${presented.name}`
      if (!known.scopes.has(scope)) throw insufficientScope(scope)
    }
}
