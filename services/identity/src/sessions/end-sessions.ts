import type { EndReason } from '@gatehouse/contracts'
import type { EntityManager } from 'typeorm'
import type { NewEvent } from '../outbox/new-event.ts'
import { outboxIn } from '../outbox/outbox.repository.ts'
import type { User } from '../users/user.ts'
import { sessionStateOf } from './session.ts'
import { sessionsIn } from './sessions.repository.ts'

/** Ends every live session of a user inside the caller's transaction, with an event for each. */
export const endSessionsOf = async (tx: EntityManager, newEvent: NewEvent, user: User, reason: EndReason) => {
  for (const session of await sessionsIn(tx).revokeAllOf(user.id)) {
    await outboxIn(tx).append(newEvent('session.revoked.v1', user, { session: sessionStateOf(session), reason }))
  }
}
