import type { Answer, Client } from '@gatehouse/testkit'

/** The calls with which an admin ends all sessions of a user. */
export const waysToEnd: { name: string; end: (admin: Client, id: string) => Promise<Answer> }[] = [
  { name: 'deactivate', end: (admin, id) => admin.deactivateUser({ id }) },
  {
    name: 'set password',
    end: (admin, id) => admin.setPassword({ id, body: { new_password: 'another password, quite a long one' } }),
  },
  { name: 'end sessions', end: (admin, id) => admin.endSessionsOfUser({ id }) },
  { name: 'delete', end: (admin, id) => admin.deleteUser({ id }) },
]
export type WayToEnd = (typeof waysToEnd)[number]
