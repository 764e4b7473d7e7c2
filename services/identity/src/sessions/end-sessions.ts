import type { EndReason } from '@gatehouse/contracts'
import type { EntityManager } from 'typeorm'
import { newEvent } from '../outbox/new-event.ts'
import type { User } from '../users/user.ts'
import { type EndedSession, sessionStateOf } from './session.ts'
import { sessionEndingsIn } from './session-endings.repository.ts'
import { sessionsIn } from './sessions.repository.ts'

type Subject = Pick<User, 'id' | 'version'>
/** Why all sessions of a user end, and which one does not. */
export type Ending = { reason: EndReason; except?: string }

/** So many sessions end in one transaction, with their events in one statement. */
export const endingBatch = 500

export const revokedEvents = (user: Subject, ended: EndedSession[], why: { reason: EndReason; cause?: string }) =>
  ended.map((it) => newEvent('session.revoked.v1', user, { session: sessionStateOf(it), ...why }))

/**
 * Decides that all sessions of a user end; the caller holds the user's row and writes the generation that this returns to
 * it, and with that they count no more. The first batch ends here, so for nearly everybody that is all of them. The rest gets
 * its events by `finishEndings`.
 * @returns the sessions that ended here, for the caller to tell of, and whether others are still to follow
 */
export const decideEnding = async (tx: EntityManager, user: User, { reason, except }: Ending) => {
  const { id, sessionGeneration: generation } = user
  const sessions = sessionsIn(tx)
  if (except !== undefined) await sessions.carryOver(except, generation + 1)
  const ended = await sessions.endGeneration(id, generation, endingBatch)
  const goesOn = ended.length === endingBatch
  if (goesOn) await sessionEndingsIn(tx).insert(id, generation, reason)
  return { ended, goesOn, sessionGeneration: generation + 1 }
}
