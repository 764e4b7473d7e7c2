import { z } from 'zod'

/** The public half of a signing key (RFC 7517 §4, RFC 7518 §6.3.1). Strict, so that no private member can leak. */
export const publicJwk = z.strictObject({
  kty: z.literal('RSA'),
  use: z.literal('sig'),
  alg: z.literal('RS256'),
  kid: z.string(),
  n: z.string(),
  e: z.string(),
})
export type PublicJwk = z.infer<typeof publicJwk>

export const jwks = z.object({ keys: z.array(publicJwk) })
export type Jwks = z.infer<typeof jwks>

/** Authorization server metadata (RFC 8414 §2). */
export const serverMetadata = z.object({
  issuer: z.url(),
  token_endpoint: z.url(),
  jwks_uri: z.url(),
  scopes_supported: z.array(z.string()),
  response_types_supported: z.array(z.string()),
  grant_types_supported: z.array(z.string()),
  token_endpoint_auth_methods_supported: z.array(z.string()),
  revocation_endpoint: z.url(),
  revocation_endpoint_auth_methods_supported: z.array(z.string()),
  introspection_endpoint: z.url(),
  introspection_endpoint_auth_methods_supported: z.array(z.string()),
})
export type ServerMetadata = z.infer<typeof serverMetadata>
