import { type EntityManager, In, IsNull, MoreThan } from 'typeorm'
import type { User } from '../users/user.ts'
import { sessionEntity } from './session.entity.ts'
import type { Session } from './session.ts'

/** All SQL about sessions. */
export const sessionsIn = (manager: EntityManager) => {
  const sessions = manager.getRepository(sessionEntity)

  const revoke = async (of: { id: string } | { userId: string }): Promise<Session[]> => {
    const live = { ...of, revokedAt: IsNull(), expiresAt: MoreThan(new Date()) }
    // Ordered, so that two who end the same sessions lock them in the same order.
    const found = await sessions.find({ where: live, order: { id: 'ASC' }, lock: { mode: 'pessimistic_write' } })
    const revokedAt = new Date()
    if (found.length > 0) await sessions.update({ id: In(found.map((it) => it.id)) }, { revokedAt })
    return found.map((it) => ({ ...it, revokedAt }))
  }

  return {
    insert: async (session: Session) => void (await sessions.insert(session)),
    /** @returns the session as ended by this call, or null when it was not live */
    revoke: async (id: string) => (await revoke({ id }))[0] ?? null,
    /** @returns the sessions that this call ended */
    revokeAllOf: (userId: string) => revoke({ userId }),

    /** Those of these sessions that count: not ended, and of an active user. */
    findLive: (ids: string[]): Promise<(Session & { user: User })[]> =>
      sessions.find({
        where: { id: In(ids), revokedAt: IsNull(), expiresAt: MoreThan(new Date()), user: { isActive: true } },
        relations: { user: true },
      }),
  }
}
