import { z } from 'zod'
import { role } from './user.ts'

/** JOSE header of an access token (RFC 9068 §2.1). `kid` is the key's RFC 7638 thumbprint. */
export const accessTokenHeader = z.object({
  alg: z.literal('RS256'),
  typ: z.literal('at+jwt'),
  kid: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
})

/** Claims of an access token (RFC 9068 §2.2): no name, no hash, no mail. Times are seconds since the epoch. */
export const accessTokenClaims = z.object({
  iss: z.string().min(1),
  sub: z.uuid(),
  aud: z.union([z.string(), z.array(z.string())]),
  exp: z.int().positive(),
  iat: z.int().positive(),
  jti: z.string().min(1).max(64),
  sid: z.uuid(),
  client_id: z.string().max(128),
  preferred_username: z.string().max(150),
  roles: z.array(role),
  ver: z.int().positive().meta({ description: "the user's version when the token was issued" }),
})
export type AccessTokenClaims = z.infer<typeof accessTokenClaims>
