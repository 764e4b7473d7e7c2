import { AppError } from '@gatehouse/service'
import type { DataSource, EntityManager } from 'typeorm'
import { newEvent } from '../outbox/new-event.ts'
import type { OutboxIn } from '../outbox/outbox.repository.ts'
import { revokedEvents } from '../sessions/end-sessions.ts'
import { refreshOutcome, repeatedLate, rotated } from '../sessions/refresh-rule.ts'
import { type Session, type SessionTimes, sessionStateOf } from '../sessions/session.ts'
import { sessionsIn } from '../sessions/sessions.repository.ts'
import type { Tokens } from '../tokens/tokens.ts'
import type { User } from '../users/user.ts'
import { usersIn } from '../users/users.repository.ts'

type Needs = {
  db: DataSource
  tokens: Tokens
  outboxIn: OutboxIn
  times: SessionTimes
}

const refused = (code: string, message: string) =>
  new AppError('invalid', code, message, { oauthError: 'invalid_grant' })
const invalid = () => refused('refresh_token_invalid', 'The refresh token is invalid or expired. Sign in again.')
const reused = () =>
  refused('refresh_token_reused', 'The refresh token was already used, so its session was ended. Sign in again.')

/**
 * Exchanges a refresh token for a new pair of tokens (RFC 6749 §6).
 * @throws AppError `refresh_token_invalid`, `refresh_token_reused`
 */
export const createRefresh = ({ db, tokens, outboxIn, times }: Needs) => {
  /** Records a repeat: each late one, and otherwise the first one from another address than that of the refresh. */
  const recordRepeat = async (
    tx: EntityManager,
    user: User,
    session: Session,
    isLate: boolean,
    address: string | null,
  ) => {
    const { refreshCounter } = session
    if (!isLate && (address === session.address || session.notedRepeatCounter === refreshCounter)) return
    await sessionsIn(tx).update(session.id, isLate ? repeatedLate(session) : { notedRepeatCounter: refreshCounter })
    const reason = isLate ? 'late' : 'other_address'
    const data = { session: sessionStateOf(session), reason, address } as const
    await outboxIn(tx).append(newEvent('session.refresh_repeated.v1', user, data))
  }

  return async function refresh(token: string, address: string | null) {
    const presented = tokens.readRefresh(token)
    if (!presented) throw invalid()
    const result = await db.transaction(async (tx) => {
      const sessions = sessionsIn(tx)
      // The row lock serializes parallel refreshes of a session.
      const session = await sessions.lockLive(presented.sessionId)
      if (!session) return invalid()
      const { user, now } = await usersIn(tx).findAndReadClock(session.userId)
      if (!user?.isActive) return invalid()
      const outcome = refreshOutcome(session, presented.counter, now, times.reuseMs)
      if (outcome === 'reuse') {
        const ended = await sessions.endOne(session.id, user.id)
        await outboxIn(tx).append(...revokedEvents(user, ended, { reason: 'refresh_reuse' }))
        return reused()
      }
      if (outcome !== 'rotate') {
        await recordRepeat(tx, user, session, outcome === 'late_repeat', address)
        return { user, session }
      }
      const idleExpiresAt = new Date(Math.min(now.getTime() + times.idleMs, session.expiresAt.getTime()))
      const rotation = { ...rotated(session, now, times.reuseMs), idleExpiresAt, lastSeenAt: now, address }
      await sessions.update(session.id, rotation)
      return { user, session: { ...session, ...rotation } }
    })
    // Thrown after the commit: inside the transaction it would roll back the end of the session.
    if (result instanceof AppError) throw result
    return tokens.issue(result.user, result.session)
  }
}
