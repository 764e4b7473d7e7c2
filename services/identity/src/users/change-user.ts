import type { EndReason, EventOf, EventType } from '@gatehouse/contracts'
import { AppError } from '@gatehouse/service'
import type { DataSource, EntityManager } from 'typeorm'
import type { NewEvent } from '../outbox/new-event.ts'
import { outboxIn } from '../outbox/outbox.repository.ts'
import { endSessions } from '../sessions/end-sessions.ts'
import { type User, userStateOf } from './user.ts'
import { usersIn } from './users.repository.ts'

type Needs = { db: DataSource; newEvent: NewEvent }
type UserEvent = Exclude<Extract<EventType, `user.${string}`>, 'user.deleted.v1'>
type Change = {
  type: UserEvent
  /** Null changes nothing: no version, no event. It may refuse by throwing. */
  edit: (user: User) => Partial<User> | null
  /** Sessions that end with the change: all of the user's, or all but one. */
  ends?: { reason: EndReason; except?: string }
}

const lastAdmin = () =>
  new AppError('conflict', 'last_admin', 'This is the last active admin. Give the role to another active user first.')

/** Whether this user could let others back in. */
const administers = (user: User) => user.isActive && user.roles.includes('admin')

/**
 * Refuses to take away the last active admin. Admins are counted under a lock, so that two who demote each other at once
 * cannot both succeed.
 */
const keepAnAdmin = async (tx: EntityManager, before: User, after: User | null) => {
  if (!administers(before) || (after && administers(after))) return
  if ((await usersIn(tx).lockAndCountAdmins()) <= 1) throw lastAdmin()
}

/** One transaction each: lock the row, change, raise the version, append the event, end sessions. */
export const createUserChanges = ({ db, newEvent }: Needs) => {
  const change = (id: string, { type, edit, ends }: Change): Promise<User> =>
    db.transaction(async (tx) => {
      const before = await usersIn(tx).lock(id)
      const edited = edit(before)
      if (edited === null) return before
      const after: User = { ...before, ...edited, version: before.version + 1, updatedAt: new Date() }
      await keepAnAdmin(tx, before, after)
      await usersIn(tx).update(after)
      const data: EventOf<UserEvent>['data'] = { user: userStateOf(after) }
      await outboxIn(tx).append(newEvent(type, after, data))
      if (ends) {
        const which = ends.except === undefined ? { userId: id } : { userId: id, except: ends.except }
        await endSessions(tx, newEvent, after, which, ends.reason)
      }
      return after
    })

  return {
    /** @throws AppError `user_not_found`, `last_admin`, `username_taken`, and what `edit` throws */
    change,

    /** Done twice it is a success that changes nothing. @throws AppError `user_not_found`, `last_admin` */
    setActive: (id: string, isActive: boolean) =>
      change(id, {
        type: isActive ? 'user.activated.v1' : 'user.deactivated.v1',
        edit: (it) => (it.isActive === isActive ? null : { isActive }),
        // Ended for good, so that activating the user again brings no old token back to life.
        ...(isActive ? {} : { ends: { reason: 'user_deactivated' } }),
      }),

    /** Personal data goes from tables and outbox; the event carries the id alone. @throws AppError `user_not_found`, `last_admin` */
    remove: (id: string): Promise<void> =>
      db.transaction(async (tx) => {
        const user = await usersIn(tx).lock(id)
        await keepAnAdmin(tx, user, null)
        const last = { id, version: user.version + 1 }
        await endSessions(tx, newEvent, last, { userId: id }, 'user_deleted')
        await usersIn(tx).delete(id)
        await outboxIn(tx).forgetUser(id)
        await outboxIn(tx).append(newEvent('user.deleted.v1', last, { user: last }))
      }),
  }
}
export type UserChanges = ReturnType<typeof createUserChanges>
