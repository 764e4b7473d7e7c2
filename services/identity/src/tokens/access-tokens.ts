import { randomUUID } from 'node:crypto'
import type { AccessTokenClaims } from '@gatehouse/contracts'
import { acceptableKeys, createTokenVerifier, TokenError } from '@gatehouse/token-verifier'
import jwt from 'jsonwebtoken'
import type { SigningKeys } from '../keys/signing-keys.ts'
import type { Session } from '../sessions/session.ts'
import type { User } from '../users/user.ts'

type Config = { issuer: string; audience: string; accessTokenSeconds: number }

/** Issues RS256 access tokens (RFC 9068), and verifies them like any other verifier, but with the keys in memory. */
export const createAccessTokens = (
  signingKeys: Pick<SigningKeys, 'current' | 'jwks'>,
  { issuer, audience, accessTokenSeconds }: Config,
) => {
  let from = signingKeys.jwks()
  let keys = acceptableKeys(from.keys)
  const find = (kid: string) => {
    if (from !== signingKeys.jwks()) {
      from = signingKeys.jwks()
      keys = acceptableKeys(from.keys)
    }
    return keys.get(kid)
  }
  const { verify } = createTokenVerifier({ issuer, audience, keys: { find, findAfterFetch: async (kid) => find(kid) } })

  return {
    /** Issues a token that expires no later than its session. */
    issue: (user: User, session: Session) => {
      const { kid, privateKey } = signingKeys.current()
      const iat = Math.floor(Date.now() / 1000)
      const sessionEnd = Math.min(session.expiresAt.getTime(), session.idleExpiresAt.getTime())
      const exp = Math.min(iat + accessTokenSeconds, Math.floor(sessionEnd / 1000))
      const claims: AccessTokenClaims = {
        iss: issuer,
        sub: user.id,
        aud: audience,
        exp,
        iat,
        jti: randomUUID(),
        sid: session.id,
        client_id: session.clientId,
        preferred_username: user.username,
        roles: user.roles,
        ver: user.version,
      }
      const token = jwt.sign(claims, privateKey, { algorithm: 'RS256', header: { alg: 'RS256', typ: 'at+jwt', kid } })
      return { access_token: token, token_type: 'bearer' as const, expires_in: exp - iat }
    },
    verify,
    /** @returns null for an invalid or expired token */
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
