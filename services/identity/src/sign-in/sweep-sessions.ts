import { runAs } from '@gatehouse/service'
import type { DataSource, EntityManager } from 'typeorm'
import { newEvent } from '../outbox/new-event.ts'
import type { OutboxIn } from '../outbox/outbox.repository.ts'
import { sessionStateOf } from '../sessions/session.ts'
import { sessionsIn } from '../sessions/sessions.repository.ts'

type Needs = { db: DataSource; outboxIn: OutboxIn }

const batchSize = 500

/** Ends what was not revoked before its time, with an event for each. @returns how many */
const endExpired = async (tx: EntityManager, outboxIn: OutboxIn) => {
  const ended = await sessionsIn(tx).endExpired(batchSize)
  const events = ended.map((it) => newEvent('session.expired.v1', it.user, { session: sessionStateOf(it) }))
  await outboxIn(tx).append(...events)
  return ended.length
}

/**
 * What time does to sessions: those that ran out end for everybody to hear, and those that ended long ago are forgotten,
 * with device and address. One batch each; any number of replicas may sweep at once. @returns whether there is more to do
 */
export const createSweepSessions =
  ({ db, outboxIn }: Needs) =>
  async () => {
    const sweep = () => db.transaction((tx) => endExpired(tx, outboxIn))
    const expired = await runAs('job:session-expiry', sweep)
    const forgotten = await sessionsIn(db.manager).forgetEnded(batchSize)
    return Math.max(expired, forgotten) === batchSize
  }
