import type { Api } from '@gatehouse/contracts'
import { currentRequest, type Guards, type Handler, type PlainHandler } from '@gatehouse/service'
import type { ReadCredential } from '@gatehouse/token-verifier'
import type { Request } from 'express'
import { type Actor, adminNeeded, sessionEnded } from '../sessions/act-as.ts'
import type { Session } from '../sessions/session.ts'
import type { User } from '../users/user.ts'

/**
 * The authenticated caller. Session and role may have changed by the time the body has arrived, so each change checks `actor`
 * again in its transaction.
 */
export type Caller = { user: User; session: Session; actor: Actor }
/** The handlers of the calls, by operation id. */
export type Handlers = { [Id in keyof Api]: Handler<Api[Id], Caller> }
export type PlainHandlers = { [Id in keyof Api]: PlainHandler<Api[Id], Caller> }

type FindLive = (id: string) => Promise<(Session & { user: User }) | null>

/** Identity looks up the session in its database for each call, so the result is never stale. */
export const createAuthenticate = (
  readClaims: ReadCredential<{ sid: string }>,
  findLive: FindLive,
): Omit<Guards<Caller>, 'service'> => {
  const authenticate = async (req: Request, role: 'admin' | null): Promise<Caller> => {
    const { sid } = await readClaims(req)
    const found = await findLive(sid)
    if (!found) throw sessionEnded()
    const request = currentRequest()
    if (request) request.actor = found.user.id
    if (role !== null && !found.user.roles.includes(role)) throw adminNeeded()
    return { user: found.user, session: found, actor: { userId: found.user.id, sessionId: found.id, role } }
  }
  return { user: (req) => authenticate(req, null), admin: (req) => authenticate(req, 'admin') }
}
