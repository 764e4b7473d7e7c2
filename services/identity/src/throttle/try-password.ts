import type { EventOf } from '@gatehouse/contracts'
import { AppError, type Logger } from '@gatehouse/service'
import type { DataSource, EntityManager } from 'typeorm'
import type { Audit } from '../audit/audit.ts'
import { newEvent } from '../outbox/new-event.ts'
import type { OutboxIn } from '../outbox/outbox.repository.ts'
import type { Passwords, Verdict } from '../passwords/passwords.ts'
import { tooBusy } from '../passwords/work-queue.ts'
import { revokedEvents } from '../sessions/end-sessions.ts'
import type { Origin } from '../sessions/origin.ts'
import { sessionsIn } from '../sessions/sessions.repository.ts'
import type { User } from '../users/user.ts'
import type { LoginThrottle } from './login-throttle.ts'
import { sessionKey } from './throttle-keys.ts'
import { limits } from './throttle-rule.ts'

type Needs = {
  db: DataSource
  passwords: Passwords
  throttle: LoginThrottle
  outboxIn: OutboxIn
  audit: Pick<Audit, 'throttled'>
  log: Logger
}

export type FailureReason = Exclude<EventOf<'login.failed.v1'>['data']['reason'], 'throttled'>

type Attempt = {
  /** In canonical form. */
  username: string
  password: string
  origin: Origin
  /** Set if a signed-in user confirms the current password. The session ends after too many wrong ones. */
  sessionId?: string
  refusal: () => AppError
}

/**
 * Runs after the right password, and must call `succeeded` in its transaction.
 * @returns a result, or why the password is no longer right
 */
type WhenRight<Result extends object> = (
  user: User,
  succeeded: (tx: EntityManager) => Promise<void>,
) => Promise<Result | FailureReason>

const tooMany = (seconds: number) =>
  new AppError('too_many', 'too_many_attempts', `Too many failed sign-ins. Try again in ${seconds} s.`, {
    headers: { 'Retry-After': String(seconds) },
  })

/**
 * The only way to check a user's password: admission, throttle, hash, event and security log always apply together. A path
 * without one of them would be an attacker's choice.
 */
export const createTryPassword = ({ db, passwords, throttle, outboxIn, audit, log }: Needs) => {
  type Reservation = Awaited<ReturnType<LoginThrottle['reserve']>>

  const recordFailure = (user: User | null, reason: FailureReason, { origin, sessionId }: Attempt, isLast: boolean) =>
    db.transaction(async (tx) => {
      // Nothing is stored about a user that was deleted meanwhile.
      const known = reason === 'unknown_user' ? null : user
      const about = { id: known?.id ?? 'unknown', version: known?.version ?? 1 }
      const data = {
        user_id: known?.id ?? null,
        reason,
        address: origin.address,
        ...(sessionId !== undefined && { at: 'password_change' as const }),
      }
      await outboxIn(tx).append(newEvent('login.failed.v1', about, data))
      if (!known || !isLast || sessionId === undefined) return
      const ended = await sessionsIn(tx).endOne(sessionId, known.id)
      const why = { reason: 'token_revoked', cause: 'wrong_passwords' } as const
      await outboxIn(tx).append(...revokedEvents(known, ended, why))
    })

  /** Takes back an attempt that could not be checked. Without the database it stays counted. */
  const takeBack = async (reservation: Reservation) => {
    try {
      await reservation.takeBack()
    } catch (error) {
      log.warn({ err: error }, 'cannot take back a failed attempt from the login throttle')
    }
  }

  const applyVerdict = async <Result extends object>(
    { user, succeeded }: Reservation,
    { isRight, wasTried }: Verdict,
    whenRight: WhenRight<Result>,
  ): Promise<Result | FailureReason | 'not_tried'> => {
    if (!user) return 'unknown_user'
    if (!wasTried) return 'not_tried'
    if (!isRight) return 'wrong_password'
    if (!user.isActive) return 'user_deactivated'
    return whenRight(user, succeeded)
  }

  /** @returns a result, or the refusal to throw */
  const attemptOnce = async <Result extends object>(attempt: Attempt, whenRight: WhenRight<Result>) => {
    const ofSession = attempt.sessionId === undefined ? undefined : sessionKey(attempt.sessionId)
    const reservation = await throttle.reserve({ ...attempt, ...(ofSession && { also: ofSession }) })
    const { user } = reservation
    if (reservation.waitSeconds > 0) {
      await audit.throttled(user, attempt.origin.address)
      throw tooMany(reservation.waitSeconds)
    }
    let verdict: Verdict
    let outcome: Result | FailureReason | 'not_tried'
    try {
      // Always verifies a hash: a fast refusal would reveal which usernames exist.
      verdict = await passwords.check(user?.hashedPassword ?? passwords.decoy, attempt.password)
      outcome = await applyVerdict(reservation, verdict, whenRight)
    } catch (error) {
      await takeBack(reservation)
      throw error
    }
    if (typeof outcome !== 'string') return outcome
    // It stays counted, so that an attacker who fills the queue cannot make free guesses.
    if (outcome === 'not_tried') await audit.throttled(user, attempt.origin.address)
    else {
      const isLast = ofSession !== undefined && reservation.failuresOf(ofSession) >= limits.session.free
      await recordFailure(user, outcome, attempt, isLast)
    }
    return verdict.isBusy ? tooBusy : attempt.refusal
  }

  /** @throws AppError `too_many_attempts`, `too_busy`, and `refusal` for an unknown user as for a wrong password */
  return async <Result extends object>(attempt: Attempt, whenRight: WhenRight<Result>): Promise<Result> => {
    const refusalTimer = passwords.startRefusal(attempt.password)
    const isKnown = () => throttle.isKnown(attempt)
    const outcome = await passwords.admit(attempt.username, () => attemptOnce(attempt, whenRight), isKnown)
    if (typeof outcome !== 'function') return outcome
    // After admission, so that the delay takes no place.
    await refusalTimer.wait()
    throw outcome()
  }
}
export type TryPassword = ReturnType<typeof createTryPassword>
