import { parse } from 'node:querystring'
import { verifyQuery } from '@gatehouse/contracts'
import type { HotRoute, HotRoutes } from '@gatehouse/service'
import { type Authenticate, andThen, Refusal } from '@gatehouse/token-verifier'
import { meAnswer, verifyAnswer } from './user-answers.ts'

const me = (authenticate: Authenticate): HotRoute => ({
  answer: (req) => andThen(authenticate(req), ({ user }) => meAnswer(user)),
})

const readRole = (text: string) => {
  const query = verifyQuery.safeParse(parse(text))
  if (query.success) return query.data.role
  throw new Refusal('invalid_request', 'The query takes one role (a-z, 0-9, _, :, -) and nothing else.')
}

const verify = (authenticate: Authenticate): HotRoute => ({
  answer: (req, query) => {
    const role = query === '' ? undefined : readRole(query)
    return andThen(authenticate(req), ({ user }) => {
      if (role === undefined || user.roles.includes(role)) return verifyAnswer(user)
      throw new Refusal('insufficient_scope', `This needs the role ${role}.`)
    })
  },
  // For `auth_request` of Nginx, which sees the headers of a refusal but not its body.
  problemHeader: 'X-Auth-Problem',
})

/** The two calls that every request of every service may come with. */
export const hotRoutes = (authenticate: Authenticate): HotRoutes =>
  new Map([
    ['/auth/me', me(authenticate)],
    ['/auth/verify', verify(authenticate)],
  ])
