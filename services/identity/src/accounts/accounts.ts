import type { SnapshotPage, SnapshotQuery, UserQuery } from '@gatehouse/contracts'
import type { DataSource, EntityManager } from 'typeorm'
import { historyIn } from '../outbox/history.repository.ts'
import { newEvent } from '../outbox/new-event.ts'
import type { OutboxIn } from '../outbox/outbox.repository.ts'
import type { Passwords } from '../passwords/passwords.ts'
import { type Actor, actAs } from '../sessions/act-as.ts'
import { type NewUser, newUser, newUsername } from '../users/new-user.ts'
import { type User, userStateOf } from '../users/user.ts'
import { userNotFound, usersIn } from '../users/users.repository.ts'
import { createPasswordChanges } from './change-password.ts'
import { createUserChanges } from './change-user.ts'
import { createFinishEndings } from './finish-endings.ts'
import { createImportUsers } from './import-users.ts'
import { createRemoval } from './remove-user.ts'

type Needs = { db: DataSource; outboxIn: OutboxIn; passwords: Pick<Passwords, 'hash' | 'checkNew'> }

/** Operations on accounts, shared by service, command line and seed job. */
export const createAccounts = ({ db, outboxIn, passwords }: Needs) => {
  const users = usersIn(db.manager)
  const removal = createRemoval(outboxIn)
  const changes = createUserChanges({ db, outboxIn, removal })

  /** @throws AppError `user_not_found` */
  const get = async (id: string) => {
    const user = await users.findById(id)
    if (!user) throw userNotFound()
    return user
  }

  /** @throws AppError `username_taken` */
  const insert = async (tx: EntityManager, user: User) => {
    await usersIn(tx).insert(user)
    await outboxIn(tx).append(newEvent('user.created.v1', user, { user: userStateOf(user) }))
    return user
  }

  return {
    get,
    /** A page by username; pass `next` as `after` to get the next one. */
    page: async (query: UserQuery) => {
      const found = await users.findPage({ ...query, limit: query.limit + 1 })
      const page = found.slice(0, query.limit)
      return { users: page, next: found.length > query.limit ? (page.at(-1)?.username ?? null) : null }
    },
    /** Reads the position first: the users then contain every change up to it, and later changes follow as events. */
    snapshot: async ({ after, limit }: SnapshotQuery): Promise<SnapshotPage> => {
      const position = await historyIn(db.manager).readHead()
      const found = await users.findPageById({ after, limit: limit + 1 })
      const page = found.slice(0, limit).map(userStateOf)
      return { users: page, next: found.length > limit ? (page.at(-1)?.id ?? null) : null, position }
    },

    /** @throws AppError `username_taken`, `invalid_request`, `too_busy`, and the errors of `checkNew` */
    create: async ({ password, ...given }: NewUser & { password: string }, actor: Actor) => {
      const person = { ...given, username: newUsername(given.username) }
      passwords.checkNew(password, person)
      const user = newUser(person, await passwords.hash(password))
      return actAs(db, actor, null, (tx) => insert(tx, user))
    },

    /**
     * Creates a user only if there is none: otherwise a renamed or deleted admin would come back, with the password in the
     * settings. @returns null if users exist
     */
    createFirst: async ({ password, ...person }: NewUser & { password: string }) => {
      if (await usersIn(db.manager).exist()) return null
      const user = newUser(person, await passwords.hash(password))
      return db.transaction(async (tx) => {
        await usersIn(tx).lockAdmins() // of two concurrent jobs only one creates a user
        if (await usersIn(tx).exist()) return null
        return insert(tx, user)
      })
    },

    import: createImportUsers({ db, outboxIn }),
    ...changes,
    ...createPasswordChanges({ passwords, change: changes.change, get }),
    finishEndings: createFinishEndings({ db, outboxIn, removal }),
  }
}
export type Accounts = ReturnType<typeof createAccounts>
