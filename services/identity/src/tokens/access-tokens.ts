import { randomUUID } from 'node:crypto'
import type { AccessTokenClaims } from '@gatehouse/contracts'
import jwt from 'jsonwebtoken'
import type { SigningKeys } from '../keys/signing-keys.ts'
import type { Session } from '../sessions/session.ts'
import type { User } from '../users/user.ts'

type Config = { issuer: string; audience: string; lifetimeSeconds: number }

/** Signs RS256 access tokens (RFC 9068). */
export const createAccessTokens = (keys: SigningKeys, { issuer, audience, lifetimeSeconds }: Config) => ({
  /** Lives no longer than its session. */
  issue: (user: User, session: Session) => {
    const { kid, privateKey } = keys.current()
    const iat = Math.floor(Date.now() / 1000)
    const sessionEnd = Math.min(session.expiresAt.getTime(), session.idleExpiresAt.getTime())
    const exp = Math.min(iat + lifetimeSeconds, Math.floor(sessionEnd / 1000))
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
})
