import { verifyQuery } from '@gatehouse/contracts'
import { problemOf } from '@gatehouse/service'
import { type Authenticate, Refusal } from '@gatehouse/token-verifier'
import type { Request, RequestHandler } from 'express'
import { verifyAnswer } from './user-answers.ts'

/** Who sent the request, with the role that its query names. @throws Refusal */
const authorize = async (authenticate: Authenticate, req: Request) => {
  const query = verifyQuery.safeParse(req.query)
  if (!query.success) {
    throw new Refusal('invalid_request', 'The query takes one role (a-z, 0-9, _, :, -) and nothing else.')
  }
  const { role } = query.data
  const { user } = await authenticate(req)
  if (role !== undefined && !user.state.roles.includes(role)) {
    throw new Refusal('insufficient_scope', `This needs the role ${role}.`)
  }
  return user
}

/** For `auth_request` of Nginx, which sees the headers of a refusal but not its body: so the body is a header, too. */
export const verifyRoute =
  (authenticate: Authenticate): RequestHandler =>
  async (req, res) => {
    try {
      const { status, headers } = verifyAnswer(await authorize(authenticate, req))
      res.writeHead(status, headers).end()
    } catch (error) {
      if (error instanceof Refusal) {
        const problem = problemOf(error.status, error.code, error.message, String(res.locals.requestId))
        res.set('X-Auth-Problem', JSON.stringify(problem))
      }
      throw error
    }
  }
