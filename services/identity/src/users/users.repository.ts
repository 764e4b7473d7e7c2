import { AppError } from '@gatehouse/service'
import { type EntityManager, QueryFailedError } from 'typeorm'
import { userEntity } from './user.entity.ts'
import type { User } from './user.ts'

const userNotFound = () => new AppError('not_found', 'user_not_found', 'There is no user with this id.')
const usernameTaken = () => new AppError('conflict', 'username_taken', 'Another user has this username.')

const uniqueViolation = '23505'
const isUsernameTaken = (error: unknown) =>
  error instanceof QueryFailedError &&
  (error.driverError as { code?: string }).code === uniqueViolation &&
  (error.driverError as { table?: string }).table === 'users'

/** All SQL about users. Built on a manager, so joining a transaction is visible. */
export const usersIn = (manager: EntityManager) => {
  const users = manager.getRepository(userEntity)

  const lockForChange = async (id: string) => {
    const user = await users.findOne({ where: { id }, lock: { mode: 'pessimistic_write' } })
    if (!user) throw userNotFound()
    return user
  }

  return {
    findByUsername: (username: string) => users.findOneBy({ username }),
    findById: (id: string) => users.findOneBy({ id }),

    /** Holds off changes of this user until the transaction ends; several readers may hold it at once. */
    findAndHold: (id: string) => users.findOne({ where: { id }, lock: { mode: 'pessimistic_read' } }),

    /** @throws AppError `username_taken` */
    insert: async (user: User) => {
      try {
        await users.insert(user)
      } catch (error) {
        throw isUsernameTaken(error) ? usernameTaken() : error
      }
    },

    /**
     * Locks the row first: two changes of one user commit in the order of their versions. An edit that returns null
     * changes nothing and raises no version.
     * @returns the user as it is now, and whether the edit changed it
     * @throws AppError `user_not_found`
     */
    change: async (id: string, edit: (user: User) => Partial<User> | null) => {
      const user = await lockForChange(id)
      const edited = edit(user)
      if (edited === null) return { user, changed: false }
      const changed: User = { ...user, ...edited, version: user.version + 1, updatedAt: new Date() }
      await users.update({ id }, changed)
      return { user: changed, changed: true }
    },
  }
}
