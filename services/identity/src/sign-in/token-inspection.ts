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
  /** What the database's clock said. */
  nowMs: number
  claims: AccessTokenClaims | null
  refreshCounter: number | null
}

/** For services that were handed a token of either kind: RFC 7009 revocation and RFC 7662 introspection. */
export const createTokenInspection = ({ db, issuer, tokens, logOut }: Needs) => {
  /** The live session that a token of either kind belongs to. The hint is not needed: the kinds look different. */
  const find = async (token: string): Promise<Found | null> => {
    const refresh = tokens.readRefresh(token)
    const claims = refresh ? null : await tokens.readAccess(token)
    const id = refresh?.sessionId ?? claims?.sid
    if (id === undefined) return null
    const { nowMs, live } = await sessionsIn(db.manager).lookUp([id])
    return live[0] ? { session: live[0], nowMs, claims, refreshCounter: refresh?.counter ?? null } : null
  }

  /** Only looks: nothing is counted as a repeat, and nothing ends. */
  const wouldEndSession = ({ session, nowMs, refreshCounter }: Found) =>
    refreshCounter !== null && refreshOutcome(session, refreshCounter, new Date(nowMs), 0) === 'reuse'

  return {
    /**
     * Ends the session of the token, also of a refresh token that was used long ago: presented at `/auth/refresh` it would
     * do the same. A token that is not live is a success as well (RFC 7009 §2.2).
     */
    revoke: async (token: string) => {
      const found = await find(token)
      if (found) await logOut(found.session, 'token_revoked', 'internal')
      return found
    },
    introspect: async (token: string): Promise<Introspection> => {
      const found = await find(token)
      // A token that would end the session is none that counts.
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
