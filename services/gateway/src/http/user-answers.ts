import type { PublicUser } from '@gatehouse/contracts'
import type { KnownUser } from '@gatehouse/token-verifier'

const meHeaders = ['Cache-Control', 'no-store', 'Content-Type', 'application/json; charset=utf-8', 'Content-Length']

/** What `GET /auth/me` answers; the body is made once for each version of a user. */
export const meAnswer = (user: KnownUser) => {
  if (user.answer === null) {
    const { id, username, full_name, is_active, roles } = user.state
    user.answer = JSON.stringify({ id, username, full_name, is_active, roles } satisfies PublicUser)
  }
  return { status: 200, headers: [...meHeaders, String(Buffer.byteLength(user.answer))], body: user.answer }
}

/** What `GET /auth/verify` answers. The username is percent-encoded UTF-8, as a header field holds ASCII alone. */
export const verifyAnswer = ({ state: { id, username, roles } }: KnownUser) => ({
  status: 204,
  headers: [
    ...['Cache-Control', 'no-store', 'X-Auth-User-Id', id],
    ...['X-Auth-Username', encodeURIComponent(username), 'X-Auth-Roles', roles.join(',')],
  ],
})
