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

/** How long a session is kept when it has ended; for so long its address is one that the user is known from. */
const keptDays = 30

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

    /** Ends sessions whose time was over, as of then; leaves out those that somebody else is changing. */
    endExpired: async (limit: number): Promise<(Session & { user: User })[]> => {
      const due = await manager.query(
        `UPDATE sessions SET revoked_at = least(expires_at, idle_expires_at) WHERE id IN (
           SELECT id FROM sessions WHERE revoked_at IS NULL AND least(expires_at, idle_expires_at) <= now()
            ORDER BY least(expires_at, idle_expires_at) LIMIT $1 FOR UPDATE SKIP LOCKED)
         RETURNING id`,
        [limit],
      )
      const [rows]: [{ id: string }[]] = due
      return sessions.find({ where: { id: In(rows.map((it) => it.id)) }, relations: { user: true } })
    },

    /** Deletes sessions that ended longer ago than they are kept. @returns how many */
    forgetEnded: async (limit: number): Promise<number> => {
      const [, deleted]: [unknown, number] = await manager.query(
        `DELETE FROM sessions WHERE id IN (
           SELECT id FROM sessions WHERE revoked_at < now() - make_interval(days => $1) ORDER BY revoked_at LIMIT $2)`,
        [keptDays, limit],
      )
      return deleted
    },

    /** Nobody else changes the session until the transaction ends. */
    lockLive: (id: string): Promise<Session | null> => sessions.findOne({ where: { id, ...live() }, ...forUpdate }),

    findLiveOf: (userId: string): Promise<Session[]> =>
      sessions.find({ where: { userId, ...live() }, order: { lastSeenAt: 'DESC' } }),

    /** Whether this user was seen at this address lately. */
    knowsAddress: (username: string, address: string): Promise<boolean> => {
      const since = MoreThan(new Date(Date.now() - keptDays * 86_400_000))
      return sessions.existsBy({ address, lastSeenAt: since, user: { username } })
    },

    /** Those of these sessions that count: live, and of an active user. */
    findLive: (ids: string[]): Promise<(Session & { user: User })[]> =>
      sessions.find({ where: { id: In(ids), ...live(), user: { isActive: true } }, relations: { user: true } }),
  }
}
