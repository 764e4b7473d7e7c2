import type { DataSource } from 'typeorm'
import type { NewEvent } from '../outbox/new-event.ts'
import { outboxIn } from '../outbox/outbox.repository.ts'
import type { User } from '../users/user.ts'
import { sessionStateOf } from './session.ts'
import { sessionsIn } from './sessions.repository.ts'

type Needs = { db: DataSource; newEvent: NewEvent }

/** Ends one session everywhere. One that has ended already stays ended, without a second event. */
export const createLogOut = ({ db, newEvent }: Needs) =>
  async function logOut(user: User, sessionId: string) {
    await db.transaction(async (tx) => {
      const session = await sessionsIn(tx).revoke(sessionId)
      if (!session) return
      const data = { session: sessionStateOf(session), reason: 'logout' as const }
      await outboxIn(tx).append(newEvent('session.revoked.v1', user, data))
    })
  }
export type LogOut = ReturnType<typeof createLogOut>
