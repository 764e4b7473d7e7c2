import type { PublicUser } from '@gatehouse/contracts'
import type { KnownUser } from '@gatehouse/token-verifier'

type Answer = { status: number; headers: string[]; body?: string }
type Answers = { me?: Answer; verify?: Answer }

const makeMe = ({ state: { id, username, full_name, is_active, roles } }: KnownUser): Answer => {
  const body = JSON.stringify({ id, username, full_name, is_active, roles } satisfies PublicUser)
  const type = 'application/json; charset=utf-8'
  const length = String(Buffer.byteLength(body))
  return { status: 200, headers: ['Cache-Control', 'no-store', 'Content-Type', type, 'Content-Length', length], body }
}

/** For `auth_request` of Nginx. The username is percent-encoded UTF-8, as a header field holds ASCII alone. */
const makeVerify = ({ state: { id, username, roles } }: KnownUser): Answer => ({
  status: 204,
  headers: [
    ...['Cache-Control', 'no-store', 'X-Auth-User-Id', id],
    ...['X-Auth-Username', encodeURIComponent(username), 'X-Auth-Roles', roles.join(',')],
  ],
})

const answersOf = (user: KnownUser) => {
  user.answer ??= {}
  return user.answer as Answers
}

/** What `GET /auth/me` answers about a user, made once for each version. */
export const meAnswer = (user: KnownUser) => {
  const answers = answersOf(user)
  answers.me ??= makeMe(user)
  return answers.me
}

/** What `GET /auth/verify` answers. */
export const verifyAnswer = (user: KnownUser) => {
  const answers = answersOf(user)
  answers.verify ??= makeVerify(user)
  return answers.verify
}
