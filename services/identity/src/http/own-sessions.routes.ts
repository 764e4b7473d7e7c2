import { type SessionList, sessionQuery, userPath } from '@gatehouse/contracts'
import { AppError, parseRequest } from '@gatehouse/service'
import type { RequestHandler } from 'express'
import type { Accounts } from '../accounts/accounts.ts'
import type { Session } from '../sessions/session.ts'
import type { SignIn } from '../sign-in/sign-in.ts'
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

/** `GET /auth/sessions` */
export const listSessionsRoute =
  ({ sessionsOf }: SignIn): RequestHandler =>
  async (req, res) => {
    const query = parseRequest(sessionQuery, req.query)
    const { user, session } = signedIn(res)
    const { sessions, next } = await sessionsOf(user.id, query)
    const page: SessionList = { sessions: sessions.map((it) => listing(it, session.id)), next }
    res.set('Cache-Control', 'no-store').json(page)
  }

/** `DELETE /auth/sessions/{id}`: one's own alone; somebody else's does not exist. */
export const endSessionRoute =
  ({ logOut }: SignIn): RequestHandler =>
  async (req, res) => {
    const { id } = parseRequest(userPath, req.params)
    const { user } = signedIn(res)
    if ((await logOut({ id, userId: user.id }, 'ended_by_user', actorOf(res))) === 0) throw sessionNotFound()
    res.status(204).end()
  }

/** `DELETE /auth/sessions`: all but this one. */
export const endOtherSessionsRoute =
  ({ endSessions }: Accounts): RequestHandler =>
  async (_req, res) => {
    const { user, session } = signedIn(res)
    await endSessions(user.id, { reason: 'ended_by_user', except: session.id }, actorOf(res))
    res.status(204).end()
  }
