import { currentRequest } from '@gatehouse/service'
import type { Request, RequestHandler, Response } from 'express'
import { type Actor, adminNeeded, sessionEnded } from '../sessions/act-as.ts'
import type { Session } from '../sessions/session.ts'
import type { User } from '../users/user.ts'

export type SignedIn = { user: User; session: Session }
type FindLive = (id: string) => Promise<(Session & { user: User }) | null>
/** The claims of the genuine token that a request carries; throws what the caller should answer. */
type ReadClaims = (req: Request) => Promise<{ sid: string }>

/** Identity asks its own tables for each call: here the answer is never stale. */
export const createAuthenticate = (readClaims: ReadClaims, findLive: FindLive): RequestHandler =>
  async function authenticate(req, res, next) {
    const { sid } = await readClaims(req)
    const found = await findLive(sid)
    if (!found) throw sessionEnded()
    const request = currentRequest()
    if (request) request.actor = found.user.id
    res.locals.signedIn = { user: found.user, session: found } satisfies SignedIn
    next()
  }

/** Who `authenticate` let in. */
export const signedIn = (res: Response) => res.locals.signedIn as SignedIn

export const requireAdmin: RequestHandler = (_req, res, next) => {
  if (!signedIn(res).user.roles.includes('admin')) throw adminNeeded()
  res.locals.actingRole = 'admin'
  next()
}

/**
 * As whom this request changes things. What was found out above may be old by the time the body has come, so each change asks
 * again, for the session and for the role that the route asked for.
 */
export const actorOf = (res: Response): Actor => {
  const { user, session } = signedIn(res)
  return { userId: user.id, sessionId: session.id, role: res.locals.actingRole ?? null }
}
