import type { DataSource } from 'typeorm'
import type { NewEvent } from '../outbox/new-event.ts'
import type { Passwords } from '../passwords/passwords.ts'
import { usersIn } from '../users/users.repository.ts'
import { addUser, newUser } from './create-user.ts'

type Needs = { db: DataSource; passwords: Pick<Passwords, 'hash'>; newEvent: NewEvent }
type Person = { username: string; fullName: string | null; roles: string[]; password: string }

/**
 * Makes the first user, and nobody where there is one already: an admin who was renamed or deleted would grow back with the
 * password that stands in the settings. @returns null where nobody was made
 */
export const createFirstUser = ({ db, passwords, newEvent }: Needs) =>
  async function makeFirstUser({ password, ...person }: Person) {
    if (await usersIn(db.manager).isThereAny()) return null
    const user = newUser(person, await passwords.hash(password))
    return db.transaction(async (tx) => {
      await usersIn(tx).lockAdmins() // of two jobs at once, one makes somebody
      if (await usersIn(tx).isThereAny()) return null
      await addUser(tx, newEvent, user)
      return user
    })
  }
