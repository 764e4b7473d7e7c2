import { createHash } from 'node:crypto'
import type { Jwks, ServerMetadata } from '@gatehouse/contracts'
import type { Request, Response } from 'express'

/** A publicly cacheable document. Express responds 304 if `If-None-Match` has its ETag. */
const published = (body: () => object, maxAgeSeconds: number) => (_req: Request, res: Response) => {
  const json = JSON.stringify(body())
  const etag = `"${createHash('sha256').update(json).digest('base64url')}"`
  res
    .set({ 'Cache-Control': `public, max-age=${maxAgeSeconds}`, ETag: etag })
    .type('application/json')
    .send(json)
}

export const jwksRoute = (jwks: () => Jwks, maxAgeSeconds: number) => published(jwks, maxAgeSeconds)

/** Authorization server metadata (RFC 8414 §2). */
export const metadataRoute = (issuer: string) => {
  const metadata: ServerMetadata = {
    issuer,
    token_endpoint: `${issuer}/auth/login`,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    scopes_supported: [],
    response_types_supported: [],
    grant_types_supported: ['password', 'refresh_token'],
    token_endpoint_auth_methods_supported: ['none'],
    revocation_endpoint: `${issuer}/oauth/revoke`,
    revocation_endpoint_auth_methods_supported: ['client_secret_basic'],
    introspection_endpoint: `${issuer}/oauth/introspect`,
    introspection_endpoint_auth_methods_supported: ['client_secret_basic'],
  }
  return published(() => metadata, 3_600)
}
