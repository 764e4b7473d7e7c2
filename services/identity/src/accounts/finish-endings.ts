import { runIn } from '@gatehouse/service'
import type { DataSource, EntityManager } from 'typeorm'
import type { OutboxIn } from '../outbox/outbox.repository.ts'
import { endingBatch, revokedEvents } from '../sessions/end-sessions.ts'
import { type SessionEnding, sessionEndingsIn } from '../sessions/session-endings.repository.ts'
import { sessionsIn } from '../sessions/sessions.repository.ts'
import type { Removal } from './remove-user.ts'

type Needs = { db: DataSource; outboxIn: OutboxIn; removal: Removal }

/**
 * Goes on with endings that were decided and count already, a batch in a transaction each. Any number of replicas may work at it, and one
 * that dies leaves it to the others. @returns whether there was anything to do
 */
export const createFinishEndings = ({ db, outboxIn, removal }: Needs) => {
  const finishBatch = async (tx: EntityManager, { seq, user, generation, reason }: SessionEnding) => {
    const ended = await sessionsIn(tx).endGeneration(user.id, generation, endingBatch)
    await outboxIn(tx).append(...revokedEvents(user, ended, { reason }))
    if (ended.length === endingBatch) return
    // Sessions and what is left of the user go only once all the sessions have their events.
    if (reason === 'user_deleted') await removal.erase(tx, user)
    else await sessionEndingsIn(tx).delete(seq)
  }

  return () =>
    db.transaction(async (tx) => {
      const taken = await sessionEndingsIn(tx).take()
      if (taken) await runIn(taken.context, () => finishBatch(tx, taken.ending))
      return taken !== null
    })
}
