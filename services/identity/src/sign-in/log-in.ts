import { AppError, currentRequest } from '@gatehouse/service'
import type { DataSource, EntityManager } from 'typeorm'
import type { Accounts } from '../accounts/accounts.ts'
import { newEvent } from '../outbox/new-event.ts'
import type { OutboxIn } from '../outbox/outbox.repository.ts'
import type { Passwords } from '../passwords/passwords.ts'
import { endingBatch, revokedEvents } from '../sessions/end-sessions.ts'
import type { Origin } from '../sessions/origin.ts'
import { newSession, type SessionTimes, sessionStateOf } from '../sessions/session.ts'
import { sessionsIn } from '../sessions/sessions.repository.ts'
import type { TryPassword } from '../throttle/try-password.ts'
import type { Tokens } from '../tokens/tokens.ts'
import { isStillPasswordOf, type User } from '../users/user.ts'
import { canonicalUsername } from '../users/username.ts'
import { usersIn } from '../users/users.repository.ts'

type Needs = {
  db: DataSource
  tryPassword: TryPassword
  passwords: Pick<Passwords, 'hash' | 'isOutdated'>
  accounts: Pick<Accounts, 'replacePassword'>
  tokens: Tokens
  outboxIn: OutboxIn
  times: SessionTimes
  /** Per user. A new sign-in ends the oldest. */
  maxSessions: number
}
type Credentials = { username: string; password: string; newPassword?: string | undefined; clientId: string }
type Start = {
  user: User
  clientId: string
  origin: Origin
  rehashed: string | null
  succeeded: (tx: EntityManager) => Promise<void>
}

/** One answer for unknown username, wrong password and deactivated user. */
const badCredentials = () =>
  new AppError('unauthenticated', 'bad_credentials', 'Username or password is wrong.', {
    headers: { 'WWW-Authenticate': 'Bearer' },
  })

const changeRequired = () =>
  new AppError(
    'forbidden',
    'password_change_required',
    'An administrator set this password. Sign in with it and with a new password in `new_password`.',
    { oauthError: 'invalid_grant' },
  )
const unchanged = () =>
  new AppError('invalid', 'password_unchanged', 'The new password must differ from the current one.')

/**
 * Signs a user in with username and password.
 * @throws AppError `bad_credentials`, `too_many_attempts`, `too_busy`; with the right password also `password_change_required`,
 * `password_unchanged` and the errors of `checkNew`
 */
export const createLogIn = (needs: Needs) => {
  const { db, tryPassword, passwords, accounts, tokens, outboxIn, times, maxSessions } = needs

  /** Applies a new password, if any. @returns the current user, or null if the password was changed concurrently */
  const applyNewPassword = async (user: User, { password, newPassword }: Credentials) => {
    // The user is authenticated, so the security log may name it as the actor.
    const request = currentRequest()
    if (request) request.actor = user.id
    if (newPassword === undefined) {
      if (user.mustChangePassword) throw changeRequired()
      return user
    }
    if (newPassword.normalize('NFKC') === password.normalize('NFKC')) throw unchanged()
    return accounts.replacePassword(user, newPassword, 'internal')
  }

  const logIn = (credentials: Credentials, origin: Origin) => {
    const { username, password, clientId } = credentials
    const attempt = { username: canonicalUsername(username), password, origin, refusal: badCredentials }
    return tryPassword(attempt, async (verified, succeeded) => {
      const user = await applyNewPassword(verified, credentials)
      if (!user) return 'wrong_password'
      // Replace an outdated hash while the password is available in plain text.
      const rehashed = passwords.isOutdated(user.hashedPassword, password) ? await passwords.hash(password) : null
      const started = await startSession({ user, clientId, origin, rehashed, succeeded })
      return typeof started === 'string' ? started : tokens.issue(started.user, started.session)
    })
  }

  const startSession = ({ user, clientId, origin, rehashed, succeeded }: Start) =>
    db.transaction(async (tx) => {
      const users = usersIn(tx)
      const locked = await users.lockForSignIn(user.id)
      // The user may have been changed while the password was hashed.
      if (!locked) return 'unknown_user'
      if (!locked.isActive) return 'user_deactivated'
      if (!isStillPasswordOf(user, locked)) return 'wrong_password'
      // A new hash of the same password is not a change of the user: no new version, no event.
      if (rehashed !== null) await users.rehash(user.id, rehashed)
      const session = newSession(locked, clientId, origin, times)
      const ended = await sessionsIn(tx).startWithin(session, { maxLive: maxSessions, batch: endingBatch })
      await outboxIn(tx).append(
        newEvent('session.started.v1', locked, { session: sessionStateOf(session) }),
        ...revokedEvents(locked, ended, { reason: 'ended_by_user', cause: 'session_limit' }),
      )
      await succeeded(tx)
      return { user: locked, session }
    })

  return logIn
}
