import type { EntityManager } from 'typeorm'
import type { NewEvent } from '../outbox/new-event.ts'
import { outboxIn } from '../outbox/outbox.repository.ts'
import { sessionsIn } from '../sessions/sessions.repository.ts'
import type { User } from '../users/user.ts'
import { usersIn } from '../users/users.repository.ts'

const rowsAtOnce = 5_000

/**
 * Takes a user, whose row the caller holds, out of tables and outbox, some thousand rows at once; the last step is the event
 * that carries the id alone. @returns whether that was done, or is to be gone on with
 */
export const eraseUser = async (
  tx: EntityManager,
  newEvent: NewEvent,
  { id, version }: Pick<User, 'id' | 'version'>,
) => {
  if (!(await sessionsIn(tx).forgetOf(id, rowsAtOnce))) return false
  if (!(await outboxIn(tx).forgetUser(id, rowsAtOnce))) return false
  const last = { id, version: version + 1 }
  await usersIn(tx).delete(id)
  await outboxIn(tx).append(newEvent('user.deleted.v1', last, { user: last }))
  return true
}
