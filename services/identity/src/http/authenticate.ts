import type { Api } from '@gatehouse/contracts'
import { currentRequest, type Guards, type Handler, type PlainHandler } from '@gatehouse/service'
import type { ReadCredential } from '@gatehouse/token-verifier'
import type { Request } from 'express'
import { type Actor, adminNeeded, sessionEnded } from '../sessions/act-as.ts'
import type { Session } from '../sessions/session.ts'
import type { User } from '../users/user.ts'

/**
 * Who makes a call, and as whom it changes things. What was found out here may be old by the time the body has come, so each change
 * asks again, for the session and for the role that the call asked for.
 */
export type Caller = { user: User; session: Session; actor: Actor }
/** What is done at each call, by its operation id. */
export type Handlers = { [Id in keyof Api]: Handler<Api[Id], Caller> }
export type PlainHandlers = { [Id in keyof Api]: PlainHandler<Api[Id], Caller> }

type FindLive = (id: string) => Promise<(Session & { user: User }) | null>

/** Identity asks its own tables for each call: here the answer is never stale. */
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
