import type { DataSource } from 'typeorm'
import type { NewEvent } from '../outbox/new-event.ts'
import { outboxIn } from '../outbox/outbox.repository.ts'
import { endSessionsOf } from '../sessions/end-sessions.ts'
import { userStateOf } from './user.ts'
import { usersIn } from './users.repository.ts'

type Needs = { db: DataSource; newEvent: NewEvent }

/** Deactivates or activates; done twice it is a success that changes nothing. @throws AppError `user_not_found` */
export const createSetUserActive = ({ db, newEvent }: Needs) =>
  async function setUserActive(id: string, isActive: boolean) {
    return db.transaction(async (tx) => {
      const { user, changed } = await usersIn(tx).change(id, (it) => (it.isActive === isActive ? null : { isActive }))
      if (!changed) return user
      const type = isActive ? 'user.activated.v1' : 'user.deactivated.v1'
      await outboxIn(tx).append(newEvent(type, user, { user: userStateOf(user) }))
      // Ended for good, so that activating the user again brings no old token back to life.
      if (!isActive) await endSessionsOf(tx, newEvent, user, 'user_deactivated')
      return user
    })
  }
export type SetUserActive = ReturnType<typeof createSetUserActive>
