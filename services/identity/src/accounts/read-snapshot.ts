import type { SnapshotPage, SnapshotQuery } from '@gatehouse/contracts'
import type { EntityManager } from 'typeorm'
import { historyIn } from '../outbox/history.repository.ts'
import { userStateOf } from '../users/user.ts'
import { usersIn } from '../users/users.repository.ts'

/** The position is read before the users, so that what it leaves out of the history is in what is read after it. */
export const createReadSnapshot =
  (manager: EntityManager) =>
  async ({ after, limit }: SnapshotQuery): Promise<SnapshotPage> => {
    const position = await historyIn(manager).readHead()
    const found = await usersIn(manager).findPageById({ after, limit: limit + 1 })
    const users = found.slice(0, limit).map(userStateOf)
    return { users, next: found.length > limit ? (users.at(-1)?.id ?? null) : null, position }
  }
export type ReadSnapshot = ReturnType<typeof createReadSnapshot>
