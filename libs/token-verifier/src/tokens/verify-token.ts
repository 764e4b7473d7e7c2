import type { KeyObject } from 'node:crypto'
import { type AccessTokenClaims, isAccessTokenClaims } from '@gatehouse/contracts'
import jwt from 'jsonwebtoken'
import type { Keys } from '../keys/key-set.ts'
import { andThen, type MaybePromise } from '../maybe-promise.ts'
import { TokenError, type TokenErrorCode } from '../token-error.ts'
import { createVerifiedTokens, digestOf } from './verified-tokens.ts'

export type VerifierOptions = {
  issuer: string
  audience: string
  keys: Keys
  /** A token with a longer lifetime is refused. 30 days by default. */
  maxLifetimeSeconds?: number
  /** Tolerated clock difference: 5 by default, at most 30. */
  leewaySeconds?: number
  /** How many verified tokens are remembered. 10,000 by default. */
  maxRemembered?: number
}

const maxTokenLength = 8 * 1024
const plainKid = /^[A-Za-z0-9_-]{1,64}$/

/** Checks the header. `jku`, `jwk`, `x5u` and other members are ignored (RFC 8725 §3.10). */
const readKid = (encodedHeader: string): string => {
  let header: Record<string, unknown>
  try {
    header = Object(JSON.parse(Buffer.from(encodedHeader, 'base64url').toString('utf8')))
  } catch (cause) {
    throw new TokenError('token_malformed', 'The header is not JSON.', { cause })
  }
  if (header.alg !== 'RS256') throw new TokenError('token_algorithm', 'Only RS256 is accepted.')
  if (header.typ !== 'at+jwt' && header.typ !== 'application/at+jwt') {
    throw new TokenError('token_type', 'The type is not at+jwt (RFC 9068 §4).')
  }
  // No extension is supported, so none may be critical (RFC 7515 §4.1.11).
  if ('crit' in header) throw new TokenError('token_critical_header', 'A critical header is not supported.')
  if (typeof header.kid !== 'string' || !plainKid.test(header.kid)) {
    throw new TokenError('token_malformed', 'The key id is missing or malformed.')
  }
  return header.kid
}

/** All tokens of a key begin with the same header, so a header that equals the last one is not parsed again. */
const createKidReader = () => {
  let last: { start: string; kid: string } | undefined
  return (token: string) => {
    if (last && token.startsWith(last.start)) return last.kid
    const header = token.slice(0, token.indexOf('.'))
    const kid = readKid(header)
    // Copied, because a slice would keep the whole token in memory.
    last = { start: Buffer.from(`${header}.`).toString(), kid }
    return kid
  }
}

const isText = (value: unknown) => typeof value === 'string' && value.trim() !== ''

const codeOf = (error: unknown): TokenErrorCode => {
  if (error instanceof jwt.TokenExpiredError) return 'token_expired'
  if (error instanceof jwt.NotBeforeError) return 'token_not_yet_valid'
  const message = error instanceof jwt.JsonWebTokenError ? error.message : ''
  if (message.includes('signature')) return 'token_signature'
  if (message.includes('issuer')) return 'token_issuer'
  if (message.includes('audience')) return 'token_audience'
  return 'token_malformed'
}

/**
 * Verifies access tokens (RFC 9068 §4, RFC 8725). `verify` rejects with TokenError for an invalid token, with CannotVerifyError
 * while there are no recent keys, and with nothing else.
 * @throws Error for an empty issuer or audience, which jsonwebtoken would silently not check, and for numbers out of range
 */
export const createTokenVerifier = (options: VerifierOptions) => {
  const verify = createVerify(options, (claims) => claims)
  return { verify: async (token: string): Promise<AccessTokenClaims> => verify(token) }
}
export type TokenVerifier = ReturnType<typeof createTokenVerifier>

/**
 * The same, synchronously when the key is known.
 * @param select the claims to remember and return
 */
export const createVerify = <Claims>(options: VerifierOptions, select: (claims: AccessTokenClaims) => Claims) => {
  const {
    issuer,
    audience,
    keys,
    maxLifetimeSeconds = 30 * 86_400,
    leewaySeconds = 5,
    maxRemembered = 10_000,
  } = options
  // Also for callers without types, and for NaN: each of these values would silently disable a check.
  if (!isText(issuer) || !isText(audience)) throw new Error('A token verifier needs an issuer and an audience.')
  if (!(leewaySeconds >= 0 && leewaySeconds <= 30)) throw new Error('The leeway must be 0 to 30 seconds.')
  if (!(maxLifetimeSeconds > 0)) throw new Error('The longest lifetime must be a number of seconds.')
  const verified = createVerifiedTokens<Claims>({ keys, leewaySeconds, maxTokens: maxRemembered })

  const kidOf = createKidReader()

  /** @returns the `kid` of the header */
  const checkForm = (token: string) => {
    if (token.length > maxTokenLength) throw new TokenError('token_too_large', 'The token is larger than 8 KiB.')
    // jsonwebtoken checks the rest of the form.
    if (token.endsWith('.')) throw new TokenError('token_malformed', 'The token is not signed.')
    return kidOf(token)
  }

  const expected: jwt.VerifyOptions = { algorithms: ['RS256'], issuer, audience, clockTolerance: leewaySeconds }
  const checkSignature = (token: string, key: KeyObject): unknown => {
    try {
      return jwt.verify(token, key, expected)
    } catch (cause) {
      throw new TokenError(codeOf(cause), cause instanceof Error ? cause.message : 'The token is malformed.', { cause })
    }
  }

  const checkClaims = (claims: unknown): AccessTokenClaims => {
    if (!isAccessTokenClaims(claims)) throw new TokenError('token_claims', 'A claim is missing or of the wrong type.')
    const { iat, exp } = claims
    if (exp - iat > maxLifetimeSeconds || exp <= iat)
      throw new TokenError('token_lifetime', 'The lifetime of the token is too long.')
    if (iat > Date.now() / 1000 + leewaySeconds) throw new TokenError('token_not_yet_valid', 'Issued in the future.')
    return claims
  }

  const verifyBy = (key: KeyObject | undefined, kid: string, token: string, digest: string) => {
    if (!key) throw new TokenError('token_unknown_key', 'The key set has no key with this id.')
    const claims = checkClaims(checkSignature(token, key))
    const selected = select(claims)
    verified.remember(digest, { claims: selected, exp: claims.exp, kid, key, used: false })
    return selected
  }

  /** @throws TokenError, synchronously or by rejection */
  return (token: string): MaybePromise<Claims> => {
    const digest = digestOf(token)
    const remembered = verified.find(digest)
    if (remembered !== undefined) return remembered
    const kid = checkForm(token)
    return andThen(keys.find(kid) ?? keys.findAfterFetch(kid), (key) => verifyBy(key, kid, token, digest))
  }
}
