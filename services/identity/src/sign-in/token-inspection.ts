import type { AccessTokenClaims, EndReason, Introspection } from '@gatehouse/contracts'
import type { DataSource } from 'typeorm'
import type { Actor } from '../sessions/act-as.ts'
import { refreshOutcome } from '../sessions/refresh-rule.ts'
import type { Session } from '../sessions/session.ts'
import { sessionsIn } from '../sessions/sessions.repository.ts'
import type { Tokens } from '../tokens/tokens.ts'
import type { User } from '../users/user.ts'

type Needs = {
  db: DataSource
  issuer: string
  tokens: Tokens
  logOut: (which: Session, reason: EndReason, actor: Actor) => Promise<number>
}
type Found = {
  session: Session & { user: User }
  /** The database's clock. */
  nowMs: number
  claims: AccessTokenClaims | null
  refreshCounter: number | null
}

/** Revocation (RFC 7009) and introspection (RFC 7662) of access and refresh tokens. */
export const createTokenInspection = ({ db, issuer, tokens, logOut }: Needs) => {
  /** Finds the live session of an access or refresh token. `token_type_hint` is not needed: their formats differ. */
  const find = async (token: string): Promise<Found | null> => {
    const refresh = tokens.readRefresh(token)
    const claims = refresh ? null : await tokens.readAccess(token)
    const id = refresh?.sessionId ?? claims?.sid
    if (id === undefined) return null
    const { nowMs, live } = await sessionsIn(db.manager).lookUp([id])
    return live[0] ? { session: live[0], nowMs, claims, refreshCounter: refresh?.counter ?? null } : null
  }

  /** Only evaluates the rule: records no repeat and ends no session. */
  const wouldEndSession = ({ session, nowMs, refreshCounter }: Found) =>
    refreshCounter !== null && refreshOutcome(session, refreshCounter, new Date(nowMs), 0) === 'reuse'

  return {
    /**
     * Ends the session of the token, also for a refresh token that was used long ago: `/auth/refresh` would end it too. An
     * invalid token is a success as well (RFC 7009 §2.2).
     */
    revoke: async (token: string) => {
      const found = await find(token)
      if (found) await logOut(found.session, 'token_revoked', 'internal')
      return found
    },
    introspect: async (token: string): Promise<Introspection> => {
      const found = await find(token)
      // A refresh token whose use would end the session is not active.
      if (!found || wouldEndSession(found)) return { active: false }
      const { session, claims } = found
      const about = {
        active: true,
        iss: issuer,
        sub: session.user.id,
        sid: session.id,
        username: session.user.username,
        roles: session.user.roles,
      } as const
      if (!claims) {
        const exp = Math.floor(Math.min(session.expiresAt.getTime(), session.idleExpiresAt.getTime()) / 1000)
        return { ...about, token_type: 'refresh_token', client_id: session.clientId, exp }
      }
      const { client_id, exp, iat, jti, aud } = claims
      return { ...about, token_type: 'access_token', client_id, exp, iat, jti, aud: [aud].flat().join(' ') }
    },
  }
}
