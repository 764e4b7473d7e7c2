import type { EndReason } from '@gatehouse/contracts'
import type { EntityManager } from 'typeorm'
import type { NewEvent } from '../outbox/new-event.ts'
import { outboxIn } from '../outbox/outbox.repository.ts'
import type { User } from '../users/user.ts'
import { sessionStateOf } from './session.ts'
import { sessionsIn, type WhichSessions } from './sessions.repository.ts'

/**
 * Ends live sessions inside the caller's transaction, with an event for each; one that has ended already stays ended,
 * without a second event.
 * @param user whose sessions they are
 * @returns how many it ended
 */
export const endSessions = async (
  tx: EntityManager,
  newEvent: NewEvent,
  user: Pick<User, 'id' | 'version'>,
  which: WhichSessions,
  reason: EndReason,
) => {
  const ended = await sessionsIn(tx).revoke(which)
  for (const session of ended) {
    await outboxIn(tx).append(newEvent('session.revoked.v1', user, { session: sessionStateOf(session), reason }))
  }
  return ended.length
}
