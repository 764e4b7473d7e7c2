import type { AccessTokenClaims } from '@gatehouse/contracts'
import { acceptableKeys, createTokenVerifier, TokenError } from '@gatehouse/token-verifier'
import type { SigningKeys } from '../keys/signing-keys.ts'

type Expected = { issuer: string; audience: string }

/** Verifies our own tokens by our own keys, as everybody else does by the key set. */
export const createOwnTokens = (signingKeys: Pick<SigningKeys, 'jwks'>, expected: Expected) => {
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
  return {
    verify,
    /** @returns null for what is no genuine token, or one that has expired */
    read: async (token: string): Promise<AccessTokenClaims | null> => {
      try {
        return await verify(token)
      } catch (error) {
        if (error instanceof TokenError) return null
        throw error
      }
    },
  }
}
