import { type EntityManager, In, IsNull, MoreThan, Not } from 'typeorm'
import type { User } from '../users/user.ts'
import { sessionEntity } from './session.entity.ts'
import type { Session } from './session.ts'

/** One session, or all of a user but for one. */
export type WhichSessions = { id: string; userId?: string } | { userId: string; except?: string }

const live = () => ({ revokedAt: IsNull(), expiresAt: MoreThan(new Date()), idleExpiresAt: MoreThan(new Date()) })

const matching = (which: WhichSessions) => {
  if ('id' in which) return which
  return { userId: which.userId, ...(which.except === undefined ? {} : { id: Not(which.except) }) }
}

/** All SQL about sessions. A session is live while it is not revoked and neither of its lifetimes is over. */
export const sessionsIn = (manager: EntityManager) => {
  const sessions = manager.getRepository(sessionEntity)
  const forUpdate = { lock: { mode: 'pessimistic_write' } } as const
  return {
    insert: async (session: Session) => void (await sessions.insert(session)),
    update: async (id: string, changed: Partial<Session>) => void (await sessions.update({ id }, changed)),

    /** @returns the sessions that this call ended */
    revoke: async (which: WhichSessions): Promise<Session[]> => {
      // Ordered, so that two who end the same sessions lock them in the same order.
      const where = { ...matching(which), ...live() }
      const found = await sessions.find({ where, order: { id: 'ASC' }, ...forUpdate })
      const revokedAt = new Date()
      if (found.length > 0) await sessions.update({ id: In(found.map((it) => it.id)) }, { revokedAt })
      return found.map((it) => ({ ...it, revokedAt }))
    },

    /** Nobody else changes the session until the transaction ends. */
    lockLive: (id: string): Promise<Session | null> => sessions.findOne({ where: { id, ...live() }, ...forUpdate }),

    findLiveOf: (userId: string): Promise<Session[]> =>
      sessions.find({ where: { userId, ...live() }, order: { lastSeenAt: 'DESC' } }),

    /** Whether this user signed in from this address in the last 30 days. */
    knowsAddress: (username: string, address: string): Promise<boolean> => {
      const since = MoreThan(new Date(Date.now() - 30 * 86_400_000))
      return sessions.existsBy({ address, lastSeenAt: since, user: { username } })
    },

    /** Those of these sessions that count: live, and of an active user. */
    findLive: (ids: string[]): Promise<(Session & { user: User })[]> =>
      sessions.find({ where: { id: In(ids), ...live(), user: { isActive: true } }, relations: { user: true } }),
  }
}
