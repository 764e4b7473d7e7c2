import type { EndReason } from '@gatehouse/contracts'
import type { DataSource } from 'typeorm'
import type { NewEvent } from '../outbox/new-event.ts'
import type { User } from '../users/user.ts'
import { endSessions } from './end-sessions.ts'
import type { WhichSessions } from './sessions.repository.ts'

type Needs = { db: DataSource; newEvent: NewEvent }

/** Ends sessions of a user everywhere. @returns how many were live */
export const createLogOut = ({ db, newEvent }: Needs) =>
  async function logOut(user: Pick<User, 'id' | 'version'>, which: WhichSessions, reason: EndReason) {
    return db.transaction((tx) => endSessions(tx, newEvent, user, which, reason))
  }
export type LogOut = ReturnType<typeof createLogOut>
