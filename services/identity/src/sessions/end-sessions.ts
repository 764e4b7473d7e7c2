import type { EndReason } from '@gatehouse/contracts'
import type { EntityManager } from 'typeorm'
import { newEvent } from '../outbox/new-event.ts'
import type { User } from '../users/user.ts'
import { type EndedSession, sessionStateOf } from './session.ts'
import { sessionEndingsIn } from './session-endings.repository.ts'
import { sessionsIn } from './sessions.repository.ts'

type Subject = Pick<User, 'id' | 'version'>
/** Ends all sessions of a user, except one if given. */
export type Ending = { reason: EndReason; except?: string }

/** Maximum number of sessions that end in one transaction. */
export const endingBatch = 500

export const revokedEvents = (user: Subject, ended: EndedSession[], why: { reason: EndReason; cause?: string }) =>
  ended.map((it) => newEvent('session.revoked.v1', user, { session: sessionStateOf(it), ...why }))

/**
 * Ends all sessions of a user whose row the caller has locked. Writing the returned generation to the user invalidates them
 * all. The first batch, for nearly every user all of them, is marked as ended here; `finishEndings` does the rest.
 * @returns the sessions of this batch, for the events of the caller, and whether more are to follow (`hasMore`)
 */
export const beginEnding = async (tx: EntityManager, user: User, { reason, except }: Ending) => {
  const { id, sessionGeneration: generation } = user
  const sessions = sessionsIn(tx)
  if (except !== undefined) await sessions.carryOver(except, generation + 1)
  const ended = await sessions.endGeneration(id, generation, endingBatch)
  const hasMore = ended.length === endingBatch
  if (hasMore) await sessionEndingsIn(tx).insert(id, generation, reason)
  return { ended, hasMore, sessionGeneration: generation + 1 }
}
