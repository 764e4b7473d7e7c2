import { runIn } from '@gatehouse/service'
import type { DataSource, EntityManager } from 'typeorm'
import type { NewEvent } from '../outbox/new-event.ts'
import { outboxIn } from '../outbox/outbox.repository.ts'
import { endingBatch, revokedEvents } from '../sessions/end-sessions.ts'
import { type SessionEnding, sessionEndingsIn } from '../sessions/session-endings.repository.ts'
import { sessionsIn } from '../sessions/sessions.repository.ts'
import { eraseUser } from './erase-user.ts'

type Needs = { db: DataSource; newEvent: NewEvent }

const finishBatch = async (tx: EntityManager, newEvent: NewEvent, { seq, user, generation, reason }: SessionEnding) => {
  const ended = await sessionsIn(tx).endGeneration(user.id, generation, endingBatch)
  if (ended.length > 0) await outboxIn(tx).append(...revokedEvents(newEvent, user, ended, { reason }))
  if (ended.length === endingBatch) return
  // Sessions and what is left of the user go only once all the sessions have their events.
  if (reason === 'user_deleted') await eraseUser(tx, newEvent, user)
  else await sessionEndingsIn(tx).delete(seq)
}

/**
 * Goes on with endings that were decided and count already, a batch in a transaction each. Any number of replicas may work at it, and one
 * that dies leaves it to the others. @returns whether there was anything to do
 */
export const createFinishEndings = ({ db, newEvent }: Needs) =>
  async function finishEndings(): Promise<boolean> {
    return db.transaction(async (tx) => {
      const taken = await sessionEndingsIn(tx).take()
      if (taken) await runIn(taken.context, () => finishBatch(tx, newEvent, taken.ending))
      return taken !== null
    })
  }
