import { z } from 'zod'
import { role, rolePattern } from './user.ts'

/** Claims of an access token (RFC 9068 §2.2), without full name or e-mail address. Times are seconds since the epoch. */
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

const uuid = z.regexes.uuid()
const isString = (value: unknown): value is string => typeof value === 'string'
const isText = (value: unknown, shortest: number, longest: number) =>
  isString(value) && value.length >= shortest && value.length <= longest
const isUuid = (value: unknown) => isString(value) && uuid.test(value)
const isRole = (value: unknown) => isString(value) && rolePattern.test(value)
const isPositive = (value: unknown) => Number.isSafeInteger(value) && (value as number) > 0
const isListOf = (value: unknown, isOne: (one: unknown) => boolean) => Array.isArray(value) && value.every(isOne)

/**
 * Validates like `accessTokenClaims` at a third of the cost, since it runs at each first use of a token. Unknown claims are
 * kept (RFC 7519 §4).
 */
export const isAccessTokenClaims = (value: unknown): value is AccessTokenClaims => {
  const claims = Object(value) as Record<keyof AccessTokenClaims, unknown>
  return (
    isText(claims.iss, 1, Number.POSITIVE_INFINITY) &&
    isUuid(claims.sub) &&
    (isString(claims.aud) || isListOf(claims.aud, isString)) &&
    isPositive(claims.exp) &&
    isPositive(claims.iat) &&
    isText(claims.jti, 1, 64) &&
    isUuid(claims.sid) &&
    isText(claims.client_id, 0, 128) &&
    isText(claims.preferred_username, 0, 150) &&
    isListOf(claims.roles, isRole) &&
    isPositive(claims.ver)
  )
}
