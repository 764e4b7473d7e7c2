import { runAs } from '@gatehouse/service'
import type { DataSource, EntityManager } from 'typeorm'
import { newEvent } from '../outbox/new-event.ts'
import type { OutboxIn } from '../outbox/outbox.repository.ts'
import { sessionStateOf } from '../sessions/session.ts'
import { sessionsIn } from '../sessions/sessions.repository.ts'

type Needs = { db: DataSource; outboxIn: OutboxIn }

const batchSize = 500

/** Ends expired sessions, with an event for each. @returns their number */
const endExpired = async (tx: EntityManager, outboxIn: OutboxIn) => {
  const ended = await sessionsIn(tx).endExpired(batchSize)
  const events = ended.map((it) => newEvent('session.expired.v1', it.user, { session: sessionStateOf(it) }))
  await outboxIn(tx).append(...events)
  return ended.length
}

/**
 * Ends a batch of expired sessions, and deletes a batch of sessions that ended long ago, with their devices and addresses.
 * Replicas may run it concurrently. @returns whether there is more to do
 */
export const createSweepSessions =
  ({ db, outboxIn }: Needs) =>
  async () => {
    const sweep = () => db.transaction((tx) => endExpired(tx, outboxIn))
    const expired = await runAs('job:session-expiry', sweep)
    const deleted = await sessionsIn(db.manager).deleteEnded(batchSize)
    return Math.max(expired, deleted) === batchSize
  }
