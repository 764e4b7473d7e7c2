import { createHash } from 'node:crypto'
import type { Jwks, ServerMetadata } from '@gatehouse/contracts'
import type { RequestHandler } from 'express'

const maxAgeSeconds = 60

/** Cacheable by anybody; Express answers 304 where `If-None-Match` names the ETag. */
const published =
  (body: () => object): RequestHandler =>
  (_req, res) => {
    const json = JSON.stringify(body())
    const etag = `"${createHash('sha256').update(json).digest('base64url')}"`
    res
      .set({ 'Cache-Control': `public, max-age=${maxAgeSeconds}`, ETag: etag })
      .type('application/json')
      .send(json)
  }

export const jwksRoute = (jwks: () => Jwks) => published(jwks)

/** RFC 8414 §2. */
export const metadataRoute = (issuer: string) => {
  const metadata: ServerMetadata = {
    issuer,
    token_endpoint: `${issuer}/auth/login`,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    scopes_supported: [],
    response_types_supported: [],
    grant_types_supported: ['password'],
    token_endpoint_auth_methods_supported: ['none'],
  }
  return published(() => metadata)
}
