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
  /** Of one user at a time; the oldest end for a new one. */
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
 * @throws AppError `bad_credentials`, `too_many_attempts`, `too_busy`; with the right password `password_change_required`, and
 * with a new one `password_unchanged` and those of `checkNew`
 */
export const createLogIn = (needs: Needs) => {
  const { db, tryPassword, passwords, accounts, tokens, outboxIn, times, maxSessions } = needs

  /** @returns the user to go on with, null when the password was changed meanwhile */
  const withOwnPassword = async (user: User, { password, newPassword }: Credentials) => {
    // From here on we know who acts, and the record says so.
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
    const asked = { username: canonicalUsername(username), password, origin, refusal: badCredentials }
    return tryPassword(asked, async (read, succeeded) => {
      const user = await withOwnPassword(read, credentials)
      if (!user) return 'wrong_password'
      // What the password deserves now that we have it in the clear.
      const rehashed = passwords.isOutdated(user.hashedPassword, password) ? await passwords.hash(password) : null
      const started = await startSession({ user, clientId, origin, rehashed, succeeded })
      return typeof started === 'string' ? started : tokens.issue(started.user, started.session)
    })
  }

  const startSession = ({ user, clientId, origin, rehashed, succeeded }: Start) =>
    db.transaction(async (tx) => {
      const users = usersIn(tx)
      const held = await users.lockForSignIn(user.id)
      // Deleted, deactivated, or given another password, while we were hashing: that change was first.
      if (!held) return 'unknown_user'
      if (!held.isActive) return 'user_deactivated'
      if (!isStillPasswordOf(user, held)) return 'wrong_password'
      // The same password in another form is no change of the user: no version, no event.
      if (rehashed !== null) await users.rehash(user.id, rehashed)
      const session = newSession(held, clientId, origin, times)
      const ended = await sessionsIn(tx).startWithin(session, { atMost: maxSessions, batch: endingBatch })
      await outboxIn(tx).append(
        newEvent('session.started.v1', held, { session: sessionStateOf(session) }),
        ...revokedEvents(held, ended, { reason: 'ended_by_user', cause: 'session_limit' }),
      )
      await succeeded(tx)
      return { user: held, session }
    })

  return logIn
}
