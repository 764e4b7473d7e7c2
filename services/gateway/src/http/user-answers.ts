import type { PublicUser } from '@gatehouse/contracts'
import type { HotAnswer } from '@gatehouse/service'
import type { SessionUser } from '@gatehouse/token-verifier'

const bodies = new WeakMap<SessionUser, string>()

/** Made once for each version of a user, which is an object of its own: to make it anew takes 15 % of an answer. */
const bodyOf = (user: SessionUser) => {
  const known = bodies.get(user)
  if (known !== undefined) return known
  const { id, username, full_name, is_active, roles } = user
  const body = JSON.stringify({ id, username, full_name, is_active, roles } satisfies PublicUser)
  bodies.set(user, body)
  return body
}

const meHeaders = ['Cache-Control', 'no-store', 'Content-Type', 'application/json; charset=utf-8', 'Content-Length']

/** What `GET /auth/me` answers. */
export const meAnswer = (user: SessionUser): HotAnswer => {
  const body = bodyOf(user)
  return { status: 200, headers: [...meHeaders, String(Buffer.byteLength(body))], body }
}

/** What `GET /auth/verify` answers. The username is percent-encoded UTF-8, as a header field holds ASCII alone. */
export const verifyAnswer = ({ id, username, roles }: SessionUser): HotAnswer => ({
  status: 204,
  headers: [
    ...['Cache-Control', 'no-store', 'X-Auth-User-Id', id],
    ...['X-Auth-Username', encodeURIComponent(username), 'X-Auth-Roles', roles.join(',')],
  ],
})
