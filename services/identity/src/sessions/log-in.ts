import type { EventOf } from '@gatehouse/contracts'
import { AppError, currentRequest } from '@gatehouse/service'
import type { DataSource } from 'typeorm'
import type { NewEvent } from '../outbox/new-event.ts'
import { outboxIn } from '../outbox/outbox.repository.ts'
import type { Passwords } from '../passwords/passwords.ts'
import type { LoginThrottle } from '../throttle/login-throttle.ts'
import type { Tokens } from '../tokens/tokens.ts'
import type { User } from '../users/user.ts'
import { canonicalUsername } from '../users/username.ts'
import { usersIn } from '../users/users.repository.ts'
import { endingBatch, revokedEvents } from './end-sessions.ts'
import { newSession } from './new-session.ts'
import { type SessionTimes, sessionStateOf } from './session.ts'
import { sessionsIn } from './sessions.repository.ts'

type Needs = {
  db: DataSource
  passwords: Passwords
  tokens: Tokens
  throttle: LoginThrottle
  newEvent: NewEvent
  times: SessionTimes
  /** Of one user at a time; the oldest end for a new one. */
  maxSessions: number
}
type Credentials = { username: string; password: string; clientId: string }
/** From where somebody signs in; kept with the session, so that its owner recognises it. */
export type Origin = { device: string | null; address: string | null }
type Reason = EventOf<'login.failed.v1'>['data']['reason']

/** One answer for unknown username, wrong password and deactivated user. */
const badCredentials = () =>
  new AppError('unauthenticated', 'bad_credentials', 'Username or password is wrong.', {
    headers: { 'WWW-Authenticate': 'Bearer' },
  })

/** @throws AppError `bad_credentials`, `too_many_attempts`, `too_busy` */
export const createLogIn = ({ db, passwords, tokens, throttle, newEvent, times, maxSessions }: Needs) => {
  const recordFailure = (user: User | null, reason: Reason, address: string | null) => {
    const about = { id: user?.id ?? 'unknown', version: user?.version ?? 1 }
    const data = { user_id: user?.id ?? null, reason, address }
    return db.transaction((tx) => outboxIn(tx).append(newEvent('login.failed.v1', about, data)))
  }

  /** What the password deserves now that we have it in the clear; null when the stored hash is as new ones are. */
  const betterHash = (user: User, password: string) =>
    passwords.isOutdated(user.hashedPassword, password) ? passwords.hash(password) : null

  const startSession = (user: User, clientId: string, origin: Origin, rehashed: string | null) =>
    db.transaction(async (tx) => {
      const users = usersIn(tx)
      const held = await users.lockForSignIn(user.id)
      // Deactivated, or given another password, while we were hashing: that change was first.
      if (!held?.isActive || held.hashedPassword !== user.hashedPassword) return null
      // From here on we know who acts, and the record says so.
      const request = currentRequest()
      if (request) request.actor = user.id
      // The same password in another form is no change of the user: no version, no event.
      if (rehashed !== null) await users.rehash(user.id, rehashed)
      const session = newSession(held, clientId, origin, times)
      const ended = await sessionsIn(tx).startWithin(session, { atMost: maxSessions, batch: endingBatch })
      await outboxIn(tx).append(
        newEvent('session.started.v1', held, { session: sessionStateOf(session) }),
        ...revokedEvents(newEvent, held, ended, { reason: 'ended_by_user', cause: 'session_limit' }),
      )
      return { user: held, session }
    })

  const decide = async ({ username, password, clientId }: Credentials, origin: Origin) => {
    const name = canonicalUsername(username)
    const attempt = await throttle.admit(name, origin.address)
    const user = await usersIn(db.manager).findByUsername(name)
    // Always verify something: a fast "no" would tell which usernames exist.
    const matches = await passwords.verify(user?.hashedPassword ?? passwords.decoy, password)
    const started =
      user?.isActive && matches ? await startSession(user, clientId, origin, await betterHash(user, password)) : null
    if (!started) {
      await attempt.failed()
      await recordFailure(
        user,
        !user ? 'unknown_user' : matches ? 'user_deactivated' : 'wrong_password',
        origin.address,
      )
      throw badCredentials()
    }
    await attempt.succeeded()
    return tokens.issue(started.user, started.session)
  }

  return (credentials: Credentials, origin: Origin) => passwords.admit(() => decide(credentials, origin))
}
export type LogIn = ReturnType<typeof createLogIn>
