import type { PublicUser } from '@gatehouse/contracts'
import type { KnownUser } from '@gatehouse/token-verifier'

/** The body of `GET /auth/me`, made once for each version of a user. */
export const meBody = (user: KnownUser) => {
  if (user.answer === null) {
    const { id, username, full_name, is_active, roles } = user.state
    user.answer = JSON.stringify({ id, username, full_name, is_active, roles } satisfies PublicUser)
  }
  return user.answer
}

export const meHeaders = { 'Cache-Control': 'no-store', 'Content-Type': 'application/json; charset=utf-8' }

/** Of `GET /auth/verify`. The username is percent-encoded UTF-8, as a header field holds ASCII alone. */
export const verifyHeaders = ({ state: { id, username, roles } }: KnownUser) => ({
  'Cache-Control': 'no-store',
  'X-Auth-User-Id': id,
  'X-Auth-Username': encodeURIComponent(username),
  'X-Auth-Roles': roles.join(','),
})
