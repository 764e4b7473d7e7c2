import { v7 as uuidV7 } from 'uuid'
import type { User } from '../users/user.ts'
import type { Origin } from './origin.ts'
import { noRotations } from './refresh-rule.ts'
import type { Session, SessionTimes } from './session.ts'

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
