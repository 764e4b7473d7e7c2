import type { SessionState } from '@gatehouse/contracts'
import type { Rotations } from './refresh-rule.ts'

/** One sign-in. Its end is final: there is no way back from `revokedAt`. */
export type Session = {
  id: string
  userId: string
  /** The user's when it began, or when all others ended; below the user's it counts no more. */
  generation: number
  clientId: string
  createdAt: Date
  expiresAt: Date
  revokedAt: Date | null
  /** Without a refresh it ends here. */
  idleExpiresAt: Date
  lastSeenAt: Date
  /** User-Agent and address of who signed in; the address moves with each refresh. */
  device: string | null
  address: string | null
} & Rotations

export type SessionTimes = { lifetimeMs: number; idleMs: number; reuseMs: number }

/** What the event of its end needs of a session. */
export type EndedSession = Pick<Session, 'id' | 'userId' | 'clientId' | 'createdAt' | 'expiresAt' | 'revokedAt'>

export const sessionStateOf = (session: EndedSession): SessionState => ({
  id: session.id,
  user_id: session.userId,
  client_id: session.clientId,
  created_at: session.createdAt.toISOString(),
  expires_at: session.expiresAt.toISOString(),
  revoked_at: session.revokedAt?.toISOString() ?? null,
})
