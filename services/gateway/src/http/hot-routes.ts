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
  throw new Refusal('invalid_request', 'The query accepts one role (a-z, 0-9, _, :, -) and nothing else.')
}

const verify = (authenticate: Authenticate): HotRoute => ({
  answer: (req, query) => {
    const role = query === '' ? undefined : readRole(query)
    return andThen(authenticate(req), ({ user }) => {
      if (role === undefined || user.roles.includes(role)) return verifyAnswer(user)
      throw new Refusal('insufficient_scope', `This call requires the role ${role}.`)
    })
  },
  // For Nginx' `auth_request`, which sees the headers of an error response but not its body.
  problemHeader: 'X-Auth-Problem',
})

/** The two calls that other services may make for each of their own requests. */
export const hotRoutes = (authenticate: Authenticate): HotRoutes =>
  new Map([
    ['/auth/me', me(authenticate)],
    ['/auth/verify', verify(authenticate)],
  ])
