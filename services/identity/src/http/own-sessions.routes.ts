import type { SessionList } from '@gatehouse/contracts'
import { AppError } from '@gatehouse/service'
import type { Session } from '../sessions/session.ts'
import type { SignIn } from '../sign-in/sign-in.ts'
import type { Handlers } from './authenticate.ts'

const sessionNotFound = () => new AppError('not_found', 'session_not_found', 'You have no active session with this id.')

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

export const listSessions =
  ({ sessionsOf }: SignIn): Handlers['listSessions'] =>
  async ({ query, caller }) => {
    const { sessions, next } = await sessionsOf(caller.user.id, query)
    return { sessions: sessions.map((it) => listing(it, caller.session.id)), next }
  }

/** Ends a session of the caller. Sessions of other users are not found. */
export const endSession =
  ({ logOut }: SignIn): Handlers['endSession'] =>
  async ({ params: { id }, caller: { user, actor } }) => {
    if ((await logOut({ id, userId: user.id }, 'ended_by_user', actor)) === 0) throw sessionNotFound()
  }
