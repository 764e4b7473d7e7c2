import type { DataSource } from 'typeorm'
import { v7 as uuidV7 } from 'uuid'
import type { NewEvent } from '../outbox/new-event.ts'
import { outboxIn } from '../outbox/outbox.repository.ts'
import type { Passwords } from '../passwords/passwords.ts'
import { type User, userStateOf } from './user.ts'
import { canonicalUsername } from './username.ts'
import { usersIn } from './users.repository.ts'

type Needs = { db: DataSource; passwords: Passwords; newEvent: NewEvent }
type NewUser = { username: string; password: string; fullName: string | null; roles: string[] }

/** @throws AppError `username_taken` */
export const createCreateUser = ({ db, passwords, newEvent }: Needs) =>
  async function createUser({ username, password, fullName, roles }: NewUser) {
    const now = new Date()
    const user: User = {
      id: uuidV7(),
      username: canonicalUsername(username),
      hashedPassword: await passwords.hash(password),
      fullName,
      isActive: true,
      roles,
      version: 1,
      createdAt: now,
      updatedAt: now,
    }
    await db.transaction(async (tx) => {
      await usersIn(tx).insert(user)
      await outboxIn(tx).append(newEvent('user.created.v1', user, { user: userStateOf(user) }))
    })
    return user
  }
