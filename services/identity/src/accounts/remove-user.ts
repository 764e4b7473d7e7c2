import type { EntityManager } from 'typeorm'
import { newEvent } from '../outbox/new-event.ts'
import type { OutboxIn } from '../outbox/outbox.repository.ts'
import { beginEnding, revokedEvents } from '../sessions/end-sessions.ts'
import { sessionEndingsIn } from '../sessions/session-endings.repository.ts'
import { sessionsIn } from '../sessions/sessions.repository.ts'
import { type User, userStateOf } from '../users/user.ts'
import { usersIn } from '../users/users.repository.ts'

const reason = 'user_deleted'
const batchSize = 5_000

/** The user without personal data, kept until its sessions have their events. The space keeps the username unique. */
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

export const createRemoval = (outboxIn: OutboxIn) => {
  /**
   * Deletes sessions, events and finally the row of a user, which the caller has locked; appends `user.deleted.v1` with the
   * last step. Deletes one batch of rows per call. @returns whether everything is deleted
   */
  const erase = async (tx: EntityManager, { id, version }: Pick<User, 'id' | 'version'>) => {
    if (!(await sessionsIn(tx).deleteEndedOf(id, batchSize))) return false
    if (!(await outboxIn(tx).deletePersonal(id, batchSize))) return false
    const last = { id, version: version + 1 }
    await usersIn(tx).delete(id)
    await outboxIn(tx).append(newEvent('user.deleted.v1', last, { user: last }))
    return true
  }

  /**
   * Deletes a user whose row the caller has locked. A user with very many sessions or events is first only scrubbed: invisible,
   * its username free, and deactivated for verifiers. `finishEndings` deletes the rows and appends `user.deleted.v1`.
   */
  const remove = async (tx: EntityManager, user: User) => {
    const { ended, hasMore, sessionGeneration } = await beginEnding(tx, user, { reason })
    const gone = scrubbed(user, sessionGeneration)
    // Appended before `erase` purges the outbox and appends the last event; these events contain no personal data.
    await outboxIn(tx).append(...revokedEvents(gone, ended, { reason }))
    if (!hasMore && (await erase(tx, user))) return
    if (!hasMore) await sessionEndingsIn(tx).insert(user.id, user.sessionGeneration, reason)
    await usersIn(tx).update(gone)
    const type = user.isActive ? 'user.deactivated.v1' : 'user.updated.v1'
    await outboxIn(tx).append(newEvent(type, gone, { user: userStateOf(gone), sessions_ended: true }))
  }

  return { remove, erase }
}
export type Removal = ReturnType<typeof createRemoval>
