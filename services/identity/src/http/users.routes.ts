import type { UserPatch } from '@gatehouse/contracts'
import type { Accounts } from '../accounts/accounts.ts'
import { newUsername } from '../users/new-user.ts'
import { type User, userStateOf } from '../users/user.ts'
import { canonicalUsername } from '../users/username.ts'
import type { Handlers } from './authenticate.ts'

// The rules for new usernames do not apply to an unchanged one.
const renamed = (user: User, username: string) =>
  canonicalUsername(username) === user.username ? user.username : newUsername(username)

const edited = (user: User, { username, full_name, roles }: UserPatch): Partial<User> => ({
  ...(username !== undefined && { username: renamed(user, username) }),
  ...(full_name !== undefined && { fullName: full_name }),
  ...(roles !== undefined && { roles: [...new Set(roles)] }),
})

/** Handlers of the admin calls for users. */
export const userHandlers = (accounts: Accounts) =>
  ({
    listUsers: async ({ query }) => {
      const { users, next } = await accounts.page(query)
      return { users: users.map(userStateOf), next }
    },
    createUser: async ({ body: { username, password, full_name, roles, must_change }, caller }) => {
      const person = { username, password, fullName: full_name, roles, mustChangePassword: must_change }
      return userStateOf(await accounts.create(person, caller.actor))
    },
    readUser: async ({ params }) => userStateOf(await accounts.get(params.id)),
    changeUser: async ({ params, body, checkVersion, caller }) => {
      const edit = (user: User) => {
        checkVersion(user.version)
        return edited(user, body)
      }
      return userStateOf(await accounts.change(params.id, { type: 'user.updated.v1', edit }, caller.actor))
    },
    deleteUser: ({ params, caller }) => accounts.remove(params.id, caller.actor),
    activateUser: async ({ params, caller }) => userStateOf(await accounts.setActive(params.id, true, caller.actor)),
    deactivateUser: async ({ params, caller }) => userStateOf(await accounts.setActive(params.id, false, caller.actor)),
    setPassword: ({ params, body: { new_password: next, must_change: mustChange }, caller }) =>
      accounts.setPassword(params.id, { next, mustChange }, caller.actor),
    endSessionsOfUser: ({ params, caller }) =>
      accounts.endSessions(params.id, { reason: 'ended_by_admin' }, caller.actor),
  }) satisfies Partial<Handlers>
