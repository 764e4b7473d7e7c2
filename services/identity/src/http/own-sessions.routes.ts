import { type SessionList, userPath } from '@gatehouse/contracts'
import { AppError, parseRequest } from '@gatehouse/service'
import type { RequestHandler } from 'express'
import type { LogOut } from '../sessions/log-out.ts'
import type { Session } from '../sessions/session.ts'
import { signedIn } from './authenticate.ts'

const sessionNotFound = () => new AppError('not_found', 'session_not_found', 'You have no live session with this id.')

const listing = (session: Session, currentId: string): SessionList['sessions'][number] => ({
  id: session.id,
  current: session.id === currentId,
  device: session.device,
  address: session.address,
  client_id: session.clientId,
  created_at: session.createdAt.toISOString(),
  last_seen_at: session.lastSeenAt.toISOString(),
  expires_at: new Date(Math.min(session.expiresAt.getTime(), session.idleExpiresAt.getTime())).toISOString(),
})

/** `GET /auth/sessions` */
export const listSessionsRoute =
  (findLiveOf: (userId: string) => Promise<Session[]>): RequestHandler =>
  async (_req, res) => {
    const { user, session } = signedIn(res)
    const sessions = (await findLiveOf(user.id)).map((it) => listing(it, session.id))
    res.set('Cache-Control', 'no-store').json({ sessions } satisfies SessionList)
  }

/** `DELETE /auth/sessions/{id}`: one's own alone; somebody else's does not exist. */
export const endSessionRoute =
  (logOut: LogOut): RequestHandler =>
  async (req, res) => {
    const { id } = parseRequest(userPath, req.params)
    const { user } = signedIn(res)
    if ((await logOut(user, { id, userId: user.id }, 'ended_by_user')) === 0) throw sessionNotFound()
    res.status(204).end()
  }

/** `DELETE /auth/sessions`: all but this one. */
export const endOtherSessionsRoute =
  (logOut: LogOut): RequestHandler =>
  async (_req, res) => {
    const { user, session } = signedIn(res)
    await logOut(user, { userId: user.id, except: session.id }, 'ended_by_user')
    res.status(204).end()
  }
