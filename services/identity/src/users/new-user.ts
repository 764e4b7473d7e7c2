import { AppError } from '@gatehouse/service'
import { v7 as uuidV7 } from 'uuid'
import { usernameProblem } from './new-username.ts'
import type { User } from './user.ts'
import { canonicalUsername } from './username.ts'

export type NewUser = {
  username: string
  fullName: string | null
  roles: string[]
  isActive?: boolean
  mustChangePassword?: boolean
}

const invalidUsername = (problem: string) => new AppError('invalid', 'invalid_request', `username: ${problem}`)

/** Checks a new username and returns its canonical form. @throws AppError `invalid_request` */
export const newUsername = (username: string) => {
  const problem = usernameProblem(username)
  if (problem !== null) throw invalidUsername(problem)
  return canonicalUsername(username)
}

/** Creates a user with version 1. @throws AppError `invalid_request` */
export const newUser = (person: NewUser, hashedPassword: string): User => {
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
