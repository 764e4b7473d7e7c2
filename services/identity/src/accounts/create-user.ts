import { AppError } from '@gatehouse/service'
import type { DataSource, EntityManager } from 'typeorm'
import { v7 as uuidV7 } from 'uuid'
import { newEvent } from '../outbox/new-event.ts'
import type { OutboxIn } from '../outbox/outbox.repository.ts'
import type { Passwords } from '../passwords/passwords.ts'
import { type Actor, actAs } from '../sessions/act-as.ts'
import { usernameProblem } from '../users/new-username.ts'
import { type User, userStateOf } from '../users/user.ts'
import { canonicalUsername } from '../users/username.ts'
import { usersIn } from '../users/users.repository.ts'

type Needs = { db: DataSource; outboxIn: OutboxIn; passwords: Pick<Passwords, 'hash' | 'checkNew'> }
type Person = {
  username: string
  fullName: string | null
  roles: string[]
  isActive?: boolean
  mustChangePassword?: boolean
}

const unfitUsername = (problem: string) => new AppError('invalid', 'invalid_request', `username: ${problem}`)

/** The canonical form of a name that is to be given anew. @throws AppError `invalid_request` */
export const newUsername = (username: string) => {
  const problem = usernameProblem(username)
  if (problem !== null) throw unfitUsername(problem)
  return canonicalUsername(username)
}

/** A user at version 1. @throws AppError `invalid_request` */
export const newUser = (person: Person, hashedPassword: string): User => {
  const { username, fullName, roles, isActive = true, mustChangePassword = false } = person
  const now = new Date()
  return {
    id: uuidV7(),
    username: newUsername(username),
    hashedPassword,
    fullName,
    isActive,
    mustChangePassword,
    roles,
    version: 1,
    sessionGeneration: 0,
    deletedAt: null,
    createdAt: now,
    updatedAt: now,
  }
}

export const createUserCreation = ({ db, outboxIn, passwords }: Needs) => {
  /** @throws AppError `username_taken` */
  const insert = async (tx: EntityManager, user: User) => {
    await usersIn(tx).insert(user)
    await outboxIn(tx).append(newEvent('user.created.v1', user, { user: userStateOf(user) }))
    return user
  }

  return {
    /** @throws AppError `username_taken`, `invalid_request`, `too_busy`, and those of `checkNew` */
    create: async ({ password, ...given }: Person & { password: string }, actor: Actor) => {
      const person = { ...given, username: newUsername(given.username) }
      passwords.checkNew(password, person)
      const user = newUser(person, await passwords.hash(password))
      return actAs(db, actor, null, (tx) => insert(tx, user))
    },

    /**
     * Makes the first user, and nobody where there is one already: an admin who was renamed or deleted would grow back with the
     * password that stands in the settings. @returns null where nobody was made
     */
    createFirst: async ({ password, ...person }: Person & { password: string }) => {
      if (await usersIn(db.manager).isThereAny()) return null
      const user = newUser(person, await passwords.hash(password))
      return db.transaction(async (tx) => {
        await usersIn(tx).lockAdmins() // of two jobs at once, one makes somebody
        if (await usersIn(tx).isThereAny()) return null
        return insert(tx, user)
      })
    },
  }
}
