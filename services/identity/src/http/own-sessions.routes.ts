import { type SessionList, type SessionQuery, sessionQuery, userPath } from '@gatehouse/contracts'
import { AppError, parseRequest } from '@gatehouse/service'
import type { RequestHandler } from 'express'
import type { UserChanges } from '../accounts/change-user.ts'
import type { Session } from '../sessions/session.ts'
import type { LogOut } from '../sign-in/log-out.ts'
import { actorOf, signedIn } from './authenticate.ts'

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

/** A page of a user's live sessions, last seen first. */
export type FindSessionPage = (
  userId: string,
  query: SessionQuery,
) => Promise<{ sessions: Session[]; next: string | null }>

/** `GET /auth/sessions` */
export const listSessionsRoute =
  (findPage: FindSessionPage): RequestHandler =>
  async (req, res) => {
    const query = parseRequest(sessionQuery, req.query)
    const { user, session } = signedIn(res)
    const { sessions, next } = await findPage(user.id, query)
    const page: SessionList = { sessions: sessions.map((it) => listing(it, session.id)), next }
    res.set('Cache-Control', 'no-store').json(page)
  }

/** `DELETE /auth/sessions/{id}`: one's own alone; somebody else's does not exist. */
export const endSessionRoute =
  (logOut: LogOut): RequestHandler =>
  async (req, res) => {
    const { id } = parseRequest(userPath, req.params)
    const { user } = signedIn(res)
    if ((await logOut({ id, userId: user.id }, 'ended_by_user', actorOf(res))) === 0) throw sessionNotFound()
    res.status(204).end()
  }

/** `DELETE /auth/sessions`: all but this one. */
export const endOtherSessionsRoute =
  ({ endSessions }: Pick<UserChanges, 'endSessions'>): RequestHandler =>
  async (_req, res) => {
    const { user, session } = signedIn(res)
    await endSessions(user.id, { reason: 'ended_by_user', except: session.id }, actorOf(res))
    res.status(204).end()
  }
