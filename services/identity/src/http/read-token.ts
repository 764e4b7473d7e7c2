import type { AccessTokenClaims } from '@gatehouse/contracts'
import { AppError } from '@gatehouse/service'
import { acceptableKeys, challenge, createTokenVerifier, readBearer, TokenError } from '@gatehouse/token-verifier'
import type { Request } from 'express'
import type { SigningKeys } from '../keys/signing-keys.ts'

const missing = () =>
  new AppError('unauthenticated', 'token_missing', 'Sign in first.', { headers: { 'WWW-Authenticate': challenge() } })
const malformed = () =>
  new AppError('invalid', 'invalid_request', 'Send one bearer token in the Authorization header.', {
    headers: { 'WWW-Authenticate': challenge('invalid_request') },
  })
const invalid = () =>
  new AppError('unauthenticated', 'invalid_token', 'The token is not good, or no longer. Sign in again.', {
    headers: { 'WWW-Authenticate': challenge('invalid_token') },
  })

type Expected = { issuer: string; audience: string }
type ReadAccessToken = (token: string) => Promise<AccessTokenClaims | null>

/** Verifies our own tokens by our own keys. @returns null for what is no genuine token, or one that has expired */
export const createReadAccessToken = (signingKeys: Pick<SigningKeys, 'jwks'>, expected: Expected): ReadAccessToken => {
  let from = signingKeys.jwks()
  let keys = acceptableKeys(from.keys)
  const find = (kid: string) => {
    if (from !== signingKeys.jwks()) {
      from = signingKeys.jwks()
      keys = acceptableKeys(from.keys)
    }
    return keys.get(kid)
  }
  const { verify } = createTokenVerifier({ ...expected, keys: { find, findAfterFetch: async (kid) => find(kid) } })
  return async (token) => {
    try {
      return await verify(token)
    } catch (error) {
      if (error instanceof TokenError) return null
      throw error
    }
  }
}

/** Reads the session id out of the genuine token that a request carries. @throws AppError as RFC 6750 §3 has it */
export const createReadToken = (readAccessToken: ReadAccessToken) => async (req: Request) => {
  const bearer = readBearer(req)
  if (bearer.kind === 'none') throw missing()
  if (bearer.kind === 'malformed') throw malformed()
  const claims = await readAccessToken(bearer.token)
  if (!claims) throw invalid()
  return claims.sid
}
