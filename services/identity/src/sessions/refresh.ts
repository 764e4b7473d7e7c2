import { AppError } from '@gatehouse/service'
import type { DataSource } from 'typeorm'
import type { NewEvent } from '../outbox/new-event.ts'
import type { RefreshTokens } from '../tokens/refresh-tokens.ts'
import type { Tokens } from '../tokens/tokens.ts'
import { usersIn } from '../users/users.repository.ts'
import { endSessions } from './end-sessions.ts'
import { refreshOutcome, rotated } from './refresh-rule.ts'
import type { SessionTimes } from './session.ts'
import { sessionsIn } from './sessions.repository.ts'

type Needs = {
  db: DataSource
  tokens: Tokens
  refreshTokens: RefreshTokens
  newEvent: NewEvent
  times: SessionTimes
}

const refused = (code: string, message: string) =>
  new AppError('invalid', code, message, { oauthError: 'invalid_grant' })
const invalid = () => refused('refresh_token_invalid', 'This refresh token is not, or no longer, good. Sign in again.')
const reused = () =>
  refused('refresh_token_reused', 'This refresh token was used before, so its session was ended. Sign in again.')

/** Answers a refresh token with a new pair (RFC 6749 §6). @throws AppError `refresh_token_invalid`, `refresh_token_reused` */
export const createRefresh = ({ db, tokens, refreshTokens, newEvent, times }: Needs) =>
  async function refresh(token: string, address: string | null) {
    const presented = refreshTokens.read(token)
    if (!presented) throw invalid()
    const outcome = await db.transaction(async (tx) => {
      const sessions = sessionsIn(tx)
      // The row lock makes parallel refreshes of one session take turns.
      const session = await sessions.lockLive(presented.sessionId)
      if (!session) return invalid()
      const user = await usersIn(tx).findById(session.userId)
      if (!user?.isActive) return invalid()
      const now = new Date()
      const deserved = refreshOutcome(session, presented.counter, now, times.reuseMs)
      if (deserved === 'reuse') {
        await endSessions(tx, newEvent, user, { id: session.id }, 'refresh_reuse')
        return reused()
      }
      if (deserved === 'repeat') return { user, session }
      const idleExpiresAt = new Date(Math.min(now.getTime() + times.idleMs, session.expiresAt.getTime()))
      const moved = { ...rotated(session, now, times.reuseMs), idleExpiresAt, lastSeenAt: now, address }
      await sessions.update(session.id, moved)
      return { user, session: { ...session, ...moved } }
    })
    // Thrown only now: inside, it would have undone the end of the session.
    if (outcome instanceof AppError) throw outcome
    return tokens.issue(outcome.user, outcome.session)
  }
export type Refresh = ReturnType<typeof createRefresh>
