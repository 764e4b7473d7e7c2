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
import type { Accounts } from '../accounts/accounts.ts'
import { newUsername } from '../accounts/create-user.ts'
import { type User, userStateOf } from '../users/user.ts'
import { canonicalUsername } from '../users/username.ts'
import { actorOf } from './authenticate.ts'
import { requireVersion } from './if-match.ts'

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
export const userHandlers = (accounts: Accounts) => {
  const setActive =
    (isActive: boolean): RequestHandler =>
    async (req, res) => {
      const { id } = parseRequest(userPath, req.params)
      send(res, await accounts.setActive(id, isActive, actorOf(res)))
    }

  return {
    list: async (req, res) => {
      const { users, next } = await accounts.page(parseRequest(userQuery, req.query))
      res.set('Cache-Control', 'no-store').json({ users: users.map(userStateOf), next } satisfies UserPage)
    },
    create: async (req, res) => {
      const { username, password, full_name, roles, must_change } = parseRequest(newUser, req.body)
      const person = { username, password, fullName: full_name, roles, mustChangePassword: must_change }
      const user = await accounts.create(person, actorOf(res))
      send(res.location(`users/${user.id}`), user, 201)
    },
    read: async (req, res) => void send(res, await accounts.get(parseRequest(userPath, req.params).id)),
    change: async (req, res) => {
      const { id } = parseRequest(userPath, req.params)
      const patch = parseRequest(userPatch, req.body)
      const checkVersion = requireVersion(req)
      const edit = (user: User) => {
        checkVersion(user.version)
        return edited(user, patch)
      }
      send(res, await accounts.change(id, { type: 'user.updated.v1', edit }, actorOf(res)))
    },
    remove: async (req, res) => {
      await accounts.remove(parseRequest(userPath, req.params).id, actorOf(res))
      res.status(204).end()
    },
    activate: setActive(true),
    deactivate: setActive(false),
    setPassword: async (req, res) => {
      const { id } = parseRequest(userPath, req.params)
      const { new_password, must_change } = parseRequest(passwordSet, req.body)
      await accounts.setPassword(id, { next: new_password, mustChange: must_change }, actorOf(res))
      res.status(204).end()
    },
    endSessions: async (req, res) => {
      const { id } = parseRequest(userPath, req.params)
      await accounts.endSessions(id, { reason: 'ended_by_admin' }, actorOf(res))
      res.status(204).end()
    },
  } satisfies Record<string, RequestHandler>
}
