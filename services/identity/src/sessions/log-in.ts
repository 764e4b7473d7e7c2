import { AppError } from '@gatehouse/service'
import type { DataSource } from 'typeorm'
import { v7 as uuidV7 } from 'uuid'
import type { NewEvent } from '../outbox/new-event.ts'
import { outboxIn } from '../outbox/outbox.repository.ts'
import type { Passwords } from '../passwords/passwords.ts'
import type { AccessTokens } from '../tokens/access-tokens.ts'
import { canonicalUsername } from '../users/username.ts'
import { usersIn } from '../users/users.repository.ts'
import { type Session, sessionStateOf } from './session.ts'
import { sessionsIn } from './sessions.repository.ts'

type Needs = { db: DataSource; passwords: Passwords; tokens: AccessTokens; newEvent: NewEvent }
type Credentials = { username: string; password: string; clientId: string }

/** One answer for unknown username, wrong password and deactivated user. */
const badCredentials = () =>
  new AppError('unauthenticated', 'bad_credentials', 'Username or password is wrong.', {
    headers: { 'WWW-Authenticate': 'Bearer' },
  })

/** @throws AppError `bad_credentials`, `too_busy` */
export const createLogIn = ({ db, passwords, tokens, newEvent }: Needs) =>
  async function logIn({ username, password, clientId }: Credentials) {
    const user = await usersIn(db.manager).findByUsername(canonicalUsername(username))
    // Always verify something: a fast "no" would tell which usernames exist.
    const matches = await passwords.verify(user?.hashedPassword ?? passwords.decoy, password)
    if (!user?.isActive || !matches) throw badCredentials()

    const createdAt = new Date()
    const expiresAt = new Date(createdAt.getTime() + tokens.lifetimeSeconds * 1000)
    const session: Session = { id: uuidV7(), userId: user.id, clientId, createdAt, expiresAt, revokedAt: null }
    const current = await db.transaction(async (tx) => {
      const held = await usersIn(tx).findAndHold(user.id)
      // Deactivated, or given another password, while we were hashing: that change was first.
      if (!held?.isActive || held.hashedPassword !== user.hashedPassword) throw badCredentials()
      await sessionsIn(tx).insert(session)
      await outboxIn(tx).append(newEvent('session.started.v1', held, { session: sessionStateOf(session) }))
      return held
    })
    return tokens.issue(current, session)
  }
export type LogIn = ReturnType<typeof createLogIn>
