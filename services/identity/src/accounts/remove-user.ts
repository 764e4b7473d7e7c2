import type { EntityManager } from 'typeorm'
import { newEvent } from '../outbox/new-event.ts'
import type { OutboxIn } from '../outbox/outbox.repository.ts'
import { decideEnding, revokedEvents } from '../sessions/end-sessions.ts'
import { sessionEndingsIn } from '../sessions/session-endings.repository.ts'
import { sessionsIn } from '../sessions/sessions.repository.ts'
import { type User, userStateOf } from '../users/user.ts'
import { usersIn } from '../users/users.repository.ts'

const reason = 'user_deleted'
const rowsAtOnce = 5_000

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

export const createRemoval = (outboxIn: OutboxIn) => {
  /**
   * Takes a user, whose row the caller holds, out of tables and outbox, some thousand rows at once; the last step is the event
   * that carries the id alone. @returns whether that was done, or is to be gone on with
   */
  const erase = async (tx: EntityManager, { id, version }: Pick<User, 'id' | 'version'>) => {
    if (!(await sessionsIn(tx).forgetOf(id, rowsAtOnce))) return false
    if (!(await outboxIn(tx).forgetUser(id, rowsAtOnce))) return false
    const last = { id, version: version + 1 }
    await usersIn(tx).delete(id)
    await outboxIn(tx).append(newEvent('user.deleted.v1', last, { user: last }))
    return true
  }

  /**
   * Deletes a user whose row the caller holds. With very many sessions or events it only decides: the user is gone for
   * everybody, the name is free, and who verifies hears of a deactivation; rows and the last event follow by `finishEndings`.
   */
  const remove = async (tx: EntityManager, user: User) => {
    const { ended, goesOn, sessionGeneration } = await decideEnding(tx, user, { reason })
    const gone = scrubbed(user, sessionGeneration)
    // Before what names the user is taken out of the outbox: these name nobody, and come before the last one.
    await outboxIn(tx).append(...revokedEvents(gone, ended, { reason }))
    if (!goesOn && (await erase(tx, user))) return
    if (!goesOn) await sessionEndingsIn(tx).insert(user.id, user.sessionGeneration, reason)
    await usersIn(tx).update(gone)
    const type = user.isActive ? 'user.deactivated.v1' : 'user.updated.v1'
    await outboxIn(tx).append(newEvent(type, gone, { user: userStateOf(gone), sessions_ended: true }))
  }

  return { remove, erase }
}
export type Removal = ReturnType<typeof createRemoval>
