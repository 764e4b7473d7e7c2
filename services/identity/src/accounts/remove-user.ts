import type { EntityManager } from 'typeorm'
import type { NewEvent } from '../outbox/new-event.ts'
import { outboxIn } from '../outbox/outbox.repository.ts'
import { decideEnding, revokedEvents } from '../sessions/end-sessions.ts'
import { sessionEndingsIn } from '../sessions/session-endings.repository.ts'
import { type User, userStateOf } from '../users/user.ts'
import { usersIn } from '../users/users.repository.ts'
import { eraseUser } from './erase-user.ts'

const reason = 'user_deleted'

/** What is left of a user whose sessions are still to get their events. Nobody can have this name: it has a space. */
const scrubbed = (user: User, sessionGeneration: number): User => ({
  ...user,
  username: `deleted ${user.id}`,
  hashedPassword: '',
  fullName: null,
  isActive: false,
  roles: [],
  version: user.version + 1,
  sessionGeneration,
  updatedAt: new Date(),
  deletedAt: new Date(),
})

/**
 * Deletes a user whose row the caller holds. With very many sessions or events it only decides: the user is gone for everybody, the name is
 * free, and who verifies hears of a deactivation; rows and the last event follow by `finishEndings`.
 */
export const removeUser = async (tx: EntityManager, newEvent: NewEvent, user: User) => {
  const { ended, goesOn, sessionGeneration } = await decideEnding(tx, user, { reason })
  const gone = scrubbed(user, sessionGeneration)
  const revoked = revokedEvents(newEvent, gone, ended, { reason })
  // Before what names the user is taken out of the outbox: these name nobody, and come before the last one.
  if (revoked.length > 0) await outboxIn(tx).append(...revoked)
  if (!goesOn && (await eraseUser(tx, newEvent, user))) return
  if (!goesOn) await sessionEndingsIn(tx).insert(user.id, user.sessionGeneration, reason)
  await usersIn(tx).update(gone)
  const type = user.isActive ? 'user.deactivated.v1' : 'user.updated.v1'
  await outboxIn(tx).append(newEvent(type, gone, { user: userStateOf(gone), sessions_ended: true }))
}
