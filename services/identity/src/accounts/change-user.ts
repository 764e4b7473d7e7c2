import type { EventOf, EventType } from '@gatehouse/contracts'
import { AppError } from '@gatehouse/service'
import type { DataSource, EntityManager } from 'typeorm'
import { newEvent } from '../outbox/new-event.ts'
import type { OutboxIn } from '../outbox/outbox.repository.ts'
import { type Actor, changeAs } from '../sessions/act-as.ts'
import { beginEnding, type Ending, revokedEvents } from '../sessions/end-sessions.ts'
import { type User, userStateOf } from '../users/user.ts'
import { usersIn } from '../users/users.repository.ts'
import type { Removal } from './remove-user.ts'

type Needs = { db: DataSource; outboxIn: OutboxIn; removal: Removal }
type UserEvent = Exclude<Extract<EventType, `user.${string}`>, 'user.deleted.v1'>
type Change = {
  type: UserEvent
  /** Returns null to change nothing: no new version, no event. Throws to refuse. */
  edit: (user: User) => Partial<User> | null
  /** Ends all sessions of the user, or all but one, with the change. */
  ends?: Ending
}

const lastAdmin = () =>
  new AppError('conflict', 'last_admin', 'This is the last active admin. Give the role to another active user first.')

const isActiveAdmin = (user: User) => user.isActive && user.roles.includes('admin')

/**
 * Refuses to remove the last active admin. Admins are counted under a lock, so that two admins who demote each other at the
 * same time cannot both succeed.
 */
const keepAnAdmin = async (tx: EntityManager, before: User, after: User | null) => {
  if (!isActiveAdmin(before) || (after && isActiveAdmin(after))) return
  if ((await usersIn(tx).lockAndCountAdmins()) <= 1) throw lastAdmin()
}

/**
 * Changes of users, each in one transaction: check the actor, lock the row, change it, increment the version, append the
 * events.
 */
export const createUserChanges = ({ db, outboxIn, removal }: Needs) => {
  const change = (id: string, { type, edit, ends }: Change, actor: Actor): Promise<User> =>
    changeAs(db, actor, id, async (tx, before) => {
      const edited = edit(before)
      if (edited === null) return before
      const after: User = { ...before, ...edited, version: before.version + 1, updatedAt: new Date() }
      await keepAnAdmin(tx, before, after)
      const ending = ends && (await beginEnding(tx, before, ends))
      if (ending) after.sessionGeneration = ending.sessionGeneration
      await usersIn(tx).update(after)
      const data: EventOf<UserEvent>['data'] = {
        user: userStateOf(after),
        ...(ending?.hasMore && { sessions_ended: true }),
      }
      const revoked = ends && ending ? revokedEvents(after, ending.ended, { reason: ends.reason }) : []
      await outboxIn(tx).append(newEvent(type, after, data), ...revoked)
      return after
    })

  return {
    /** @throws AppError `user_not_found`, `last_admin`, `username_taken`, and the errors of `edit` */
    change,

    /** Idempotent. @throws AppError `user_not_found`, `last_admin` */
    setActive: (id: string, isActive: boolean, actor: Actor) =>
      change(
        id,
        {
          type: isActive ? 'user.activated.v1' : 'user.deactivated.v1',
          edit: (it) => (it.isActive === isActive ? null : { isActive }),
          // Sessions end for good, so that reactivating the user does not revive old tokens.
          ...(isActive ? {} : { ends: { reason: 'user_deactivated' } }),
        },
        actor,
      ),

    /**
     * Ends all sessions of a user, or all but one. The user gets a new version only if more than one batch of sessions ends:
     * verifiers then learn of it before the events of all sessions exist. @throws AppError `user_not_found`
     */
    endSessions: (id: string, ends: Ending, actor: Actor): Promise<void> =>
      changeAs(db, actor, id, async (tx, before) => {
        const { ended, hasMore, sessionGeneration } = await beginEnding(tx, before, ends)
        const after: User = hasMore
          ? { ...before, sessionGeneration, version: before.version + 1, updatedAt: new Date() }
          : { ...before, sessionGeneration }
        await usersIn(tx).update(after)
        const data = { user: userStateOf(after), sessions_ended: true as const }
        await outboxIn(tx).append(
          ...(hasMore ? [newEvent('user.updated.v1', after, data)] : []),
          ...revokedEvents(after, ended, { reason: ends.reason }),
        )
      }),

    /** Deletes the user and its personal data from tables and outbox. @throws AppError `user_not_found`, `last_admin` */
    remove: (id: string, actor: Actor): Promise<void> =>
      changeAs(db, actor, id, async (tx, user) => {
        await keepAnAdmin(tx, user, null)
        await removal.remove(tx, user)
      }),
  }
}
export type UserChanges = ReturnType<typeof createUserChanges>
