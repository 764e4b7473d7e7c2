import {
  newUser,
  passwordSet,
  type UserPage,
  type UserPatch,
  userPatch,
  userPath,
  userQuery,
} from '@gatehouse/contracts'
import { parseRequest } from '@gatehouse/service'
import type { RequestHandler, Response } from 'express'
import type { PasswordChanges } from '../accounts/change-password.ts'
import type { UserChanges } from '../accounts/change-user.ts'
import { type CreateUser, newUsername } from '../accounts/create-user.ts'
import type { Passwords } from '../passwords/passwords.ts'
import { type User, userStateOf } from '../users/user.ts'
import { canonicalUsername } from '../users/username.ts'
import { userNotFound, type usersIn } from '../users/users.repository.ts'
import { actorOf } from './authenticate.ts'
import { requireVersion } from './if-match.ts'

type Needs = {
  users: Pick<ReturnType<typeof usersIn>, 'findById' | 'findPage'>
  createUser: CreateUser
  changes: UserChanges
  passwordChanges: PasswordChanges
  checkNewPassword: Passwords['checkNew']
}

const send = (res: Response, user: User, status = 200) =>
  res
    .status(status)
    .set({ ETag: `"${user.version}"`, 'Cache-Control': 'no-store' })
    .json(userStateOf(user))

// A name that exists may be sent along whatever it is.
const renamed = (user: User, username: string) =>
  canonicalUsername(username) === user.username ? user.username : newUsername(username)

const edited = (user: User, { username, full_name, roles }: UserPatch): Partial<User> => ({
  ...(username !== undefined && { username: renamed(user, username) }),
  ...(full_name !== undefined && { fullName: full_name }),
  ...(roles !== undefined && { roles: [...new Set(roles)] }),
})

/** What admins do with users; each needs the role, which the route table sees to. */
export const userHandlers = ({ users, createUser, changes, passwordChanges, checkNewPassword }: Needs) => {
  const getUser = async (id: string) => {
    const user = await users.findById(id)
    if (!user) throw userNotFound()
    return user
  }
  const setActive =
    (isActive: boolean): RequestHandler =>
    async (req, res) => {
      const { id } = parseRequest(userPath, req.params)
      const user = await changes.setActive(id, isActive, actorOf(res))
      send(res, user)
    }

  return {
    list: async (req, res) => {
      const query = parseRequest(userQuery, req.query)
      const found = await users.findPage({ ...query, limit: query.limit + 1 })
      const page = found.slice(0, query.limit)
      const next = found.length > query.limit ? (page.at(-1)?.username ?? null) : null
      res.set('Cache-Control', 'no-store').json({ users: page.map(userStateOf), next } satisfies UserPage)
    },
    create: async (req, res) => {
      const { username, password, full_name, roles, must_change } = parseRequest(newUser, req.body)
      const person = { username: newUsername(username), fullName: full_name, roles, mustChangePassword: must_change }
      checkNewPassword(password, person)
      const user = await createUser({ ...person, password }, actorOf(res))
      send(res.location(`users/${user.id}`), user, 201)
    },
    read: async (req, res) => void send(res, await getUser(parseRequest(userPath, req.params).id)),
    change: async (req, res) => {
      const { id } = parseRequest(userPath, req.params)
      const patch = parseRequest(userPatch, req.body)
      const checkVersion = requireVersion(req)
      const edit = (user: User) => {
        checkVersion(user.version)
        return edited(user, patch)
      }
      send(res, await changes.change(id, { type: 'user.updated.v1', edit }, actorOf(res)))
    },
    remove: async (req, res) => {
      await changes.remove(parseRequest(userPath, req.params).id, actorOf(res))
      res.status(204).end()
    },
    activate: setActive(true),
    deactivate: setActive(false),
    setPassword: async (req, res) => {
      const { id } = parseRequest(userPath, req.params)
      const { new_password, must_change } = parseRequest(passwordSet, req.body)
      await passwordChanges.set(id, { next: new_password, mustChange: must_change }, actorOf(res))
      res.status(204).end()
    },
    endSessions: async (req, res) => {
      const { id } = parseRequest(userPath, req.params)
      await changes.endSessions(id, { reason: 'ended_by_admin' }, actorOf(res))
      res.status(204).end()
    },
  } satisfies Record<string, RequestHandler>
}
