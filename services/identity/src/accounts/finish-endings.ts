import { runInContext } from '@gatehouse/service'
import type { DataSource, EntityManager } from 'typeorm'
import type { OutboxIn } from '../outbox/outbox.repository.ts'
import { endingBatch, revokedEvents } from '../sessions/end-sessions.ts'
import { type SessionEnding, sessionEndingsIn } from '../sessions/session-endings.repository.ts'
import { sessionsIn } from '../sessions/sessions.repository.ts'
import type { Removal } from './remove-user.ts'

type Needs = { db: DataSource; outboxIn: OutboxIn; removal: Removal }

/**
 * Ends further sessions of an ending that is already in effect, one batch per transaction. Any number of replicas may run it;
 * if one stops, the others continue. @returns whether there was anything to do
 */
export const createFinishEndings = ({ db, outboxIn, removal }: Needs) => {
  const finishBatch = async (tx: EntityManager, { seq, user, generation, reason }: SessionEnding) => {
    const ended = await sessionsIn(tx).endGeneration(user.id, generation, endingBatch)
    await outboxIn(tx).append(...revokedEvents(user, ended, { reason }))
    if (ended.length === endingBatch) return
    // A deleted user is erased only after all its sessions have their events.
    if (reason === 'user_deleted') await removal.erase(tx, user)
    else await sessionEndingsIn(tx).delete(seq)
  }

  return () =>
    db.transaction(async (tx) => {
      const taken = await sessionEndingsIn(tx).take()
      if (taken) await runInContext(taken.context, () => finishBatch(tx, taken.ending))
      return taken !== null
    })
}
