import { AppError, currentRequest } from '@gatehouse/service'
import type { Request, RequestHandler, Response } from 'express'
import type { Session } from '../sessions/session.ts'
import type { User } from '../users/user.ts'

export type SignedIn = { user: User; session: Session }
type FindLive = (ids: string[]) => Promise<(Session & { user: User })[]>
/** @returns the session id that a genuine token names; throws what the caller should answer */
type ReadToken = (req: Request) => Promise<string>

const sessionEnded = () =>
  new AppError('unauthenticated', 'session_ended', 'This session has ended. Sign in again.', {
    headers: { 'WWW-Authenticate': 'Bearer realm="gatehouse", error="invalid_token"' },
  })
const forbidden = () =>
  new AppError('forbidden', 'insufficient_scope', 'This call needs the role admin.', {
    headers: { 'WWW-Authenticate': 'Bearer realm="gatehouse", error="insufficient_scope"' },
  })

/** Identity asks its own tables for each call: here the answer is never stale. */
export const createAuthenticate = (readToken: ReadToken, findLive: FindLive): RequestHandler =>
  async function authenticate(req, res, next) {
    const [found] = await findLive([await readToken(req)])
    if (!found) throw sessionEnded()
    const request = currentRequest()
    if (request) request.actor = found.user.id
    res.locals.signedIn = { user: found.user, session: found } satisfies SignedIn
    next()
  }

/** Who `authenticate` let in. */
export const signedIn = (res: Response) => res.locals.signedIn as SignedIn

export const requireAdmin: RequestHandler = (_req, res, next) => {
  if (!signedIn(res).user.roles.includes('admin')) throw forbidden()
  next()
}
