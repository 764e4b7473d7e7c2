import type { SessionState } from '@gatehouse/contracts'
import { v7 as uuidV7 } from 'uuid'
import type { User } from '../users/user.ts'
import type { Origin } from './origin.ts'
import { noRotations, type Rotations } from './refresh-rule.ts'

/** One sign-in. `revokedAt` is final. */
export type Session = {
  id: string
  userId: string
  /**
   * Copied from the user at sign-in, or when all other sessions ended. A session with a lower generation than its user is
   * invalid.
   */
  generation: number
  clientId: string
  createdAt: Date
  expiresAt: Date
  revokedAt: Date | null
  /** End of the session if it is not refreshed. */
  idleExpiresAt: Date
  lastSeenAt: Date
  /** User-Agent and address at sign-in; each refresh updates the address. */
  device: string | null
  address: string | null
} & Rotations

export type SessionTimes = { lifetimeMs: number; idleMs: number; reuseMs: number }

/** A session that starts now. */
export const newSession = (user: User, clientId: string, origin: Origin, times: SessionTimes): Session => {
  const now = new Date()
  const after = (ms: number) => new Date(now.getTime() + ms)
  return {
    id: uuidV7(),
    userId: user.id,
    generation: user.sessionGeneration,
    clientId,
    ...origin,
    createdAt: now,
    lastSeenAt: now,
    expiresAt: after(times.lifetimeMs),
    idleExpiresAt: after(Math.min(times.idleMs, times.lifetimeMs)),
    revokedAt: null,
    ...noRotations,
  }
}

/** The columns that the event of its end needs. */
export type EndedSession = Pick<Session, 'id' | 'userId' | 'clientId' | 'createdAt' | 'expiresAt' | 'revokedAt'>

export const sessionStateOf = (session: EndedSession): SessionState => ({
  id: session.id,
  user_id: session.userId,
  client_id: session.clientId,
  created_at: session.createdAt.toISOString(),
  expires_at: session.expiresAt.toISOString(),
  revoked_at: session.revokedAt?.toISOString() ?? null,
})
