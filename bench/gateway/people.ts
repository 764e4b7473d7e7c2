import type { UserState } from '@gatehouse/contracts'
import { sessionIdOf, userIdOf, usernameOf } from '../harness/users.ts'

/** The nth signed-in user, with one session and a response of the same length as all others. */
export const userOf = (nth: number): UserState => ({
  id: userIdOf(nth),
  username: usernameOf(nth),
  full_name: `User ${String(nth).padStart(7, '0')}`,
  is_active: true,
  roles: ['reader'],
  version: 1,
  created_at: '2026-01-01T00:00:00.000Z',
  updated_at: '2026-01-01T00:00:00.000Z',
})

export const claimsOf = (nth: number) => {
  const { id, username, roles, version } = userOf(nth)
  return { sub: id, sid: sessionIdOf(nth), preferred_username: username, roles, ver: version }
}
