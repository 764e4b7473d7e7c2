import { currentRequest } from '@gatehouse/service'
import { Refusal } from '@gatehouse/token-verifier'
import type { Request, RequestHandler, Response } from 'express'
import type { Session } from '../sessions/session.ts'
import type { User } from '../users/user.ts'

export type SignedIn = { user: User; session: Session }
type FindLive = (ids: string[]) => Promise<(Session & { user: User })[]>
/** The claims of the genuine token that a request carries; throws what the caller should answer. */
type ReadClaims = (req: Request) => Promise<{ sid: string }>

/** Identity asks its own tables for each call: here the answer is never stale. */
export const createAuthenticate = (readClaims: ReadClaims, findLive: FindLive): RequestHandler =>
  async function authenticate(req, res, next) {
    const { sid } = await readClaims(req)
    const [found] = await findLive([sid])
    if (!found) throw new Refusal('session_ended', 'This session has ended. Sign in again.')
    const request = currentRequest()
    if (request) request.actor = found.user.id
    res.locals.signedIn = { user: found.user, session: found } satisfies SignedIn
    next()
  }

/** Who `authenticate` let in. */
export const signedIn = (res: Response) => res.locals.signedIn as SignedIn

export const requireAdmin: RequestHandler = (_req, res, next) => {
  if (!signedIn(res).user.roles.includes('admin'))
    throw new Refusal('insufficient_scope', 'This call needs the role admin.')
  next()
}
