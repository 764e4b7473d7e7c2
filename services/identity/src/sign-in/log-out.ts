import type { EndReason } from '@gatehouse/contracts'
import type { DataSource } from 'typeorm'
import type { NewEvent } from '../outbox/new-event.ts'
import { type Actor, actAs } from '../sessions/act-as.ts'
import { endSession } from '../sessions/end-sessions.ts'

type Needs = { db: DataSource; newEvent: NewEvent }
type Which = { id: string; userId: string }

/** Ends one session of a user everywhere. @returns how many that were */
export const createLogOut = ({ db, newEvent }: Needs) =>
  async function logOut({ id, userId }: Which, reason: EndReason, actor: Actor) {
    return actAs(db, actor, userId, async (tx, user) => (user ? endSession(tx, newEvent, user, id, reason) : 0))
  }
export type LogOut = ReturnType<typeof createLogOut>
