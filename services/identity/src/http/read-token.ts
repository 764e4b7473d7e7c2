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
const invalid = (cause: TokenError) =>
  new AppError('unauthenticated', 'invalid_token', 'The token is not good, or no longer. Sign in again.', {
    headers: { 'WWW-Authenticate': challenge('invalid_token') },
    cause,
  })

/** Reads the session id out of a genuine token; the keys are our own. */
export const createReadToken = (signingKeys: SigningKeys, expected: { issuer: string; audience: string }) => {
  const find = (kid: string) => acceptableKeys(signingKeys.jwks().keys).get(kid)
  const verify = createTokenVerifier({ ...expected, keys: { find, findAfterFetch: async (kid) => find(kid) } })
  return async (req: Request) => {
    const bearer = readBearer(req)
    if (bearer.kind === 'none') throw missing()
    if (bearer.kind === 'malformed') throw malformed()
    try {
      return (await verify(bearer.token)).sid
    } catch (error) {
      throw error instanceof TokenError ? invalid(error) : error
    }
  }
}
