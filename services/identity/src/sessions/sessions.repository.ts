import type { SessionQuery } from '@gatehouse/contracts'
import { type EntityManager, In } from 'typeorm'
import type { User } from '../users/user.ts'
import { sessionEntity } from './session.entity.ts'
import type { EndedSession, Session } from './session.ts'

type SessionOfUser = Session & { user: User }
type Ended = [rows: EndedSession[], count: number]

/**
 * Whether a session `s` of a user `u` counts. Nothing else may say so: each way in asks this, so an ending that raises the
 * user's generation has ended every session at that moment, however many there are.
 */
const countsSince = (generation: string) =>
  `s.revoked_at IS NULL AND s.generation >= ${generation} AND least(s.expires_at, s.idle_expires_at) > statement_timestamp()`
const counts = `u.is_active AND ${countsSince('u.session_generation')}`

const endedColumns = `id, user_id AS "userId", client_id AS "clientId", created_at AS "createdAt",
  expires_at AS "expiresAt", revoked_at AS "revokedAt"`

/** How long a session is kept when it has ended. */
const keptDays = 30

// In the text of a page's end, since a Date has no microseconds.
const lastSeenMicros = '(extract(epoch FROM s.last_seen_at) * 1000000)::bigint'

/** All SQL about sessions. */
export const sessionsIn = (manager: EntityManager) => {
  const sessions = manager.getRepository(sessionEntity)
  const counting = () => sessions.createQueryBuilder('s').innerJoinAndSelect('s.user', 'u').where(counts)
  const one = (id: string) => counting().andWhere('s.id = :id', { id })
  const end = async (which: string, values: unknown[]): Promise<EndedSession[]> => {
    // Asked of the row itself once more: somebody else may have ended it while this waited for it.
    const [rows]: Ended = await manager.query(
      `UPDATE sessions SET revoked_at = statement_timestamp()
        WHERE revoked_at IS NULL AND id IN (${which}) RETURNING ${endedColumns}`,
      values,
    )
    return rows
  }

  return {
    update: async (id: string, changed: Partial<Session>) => void (await sessions.update({ id }, changed)),

    /**
     * Inserts a session of a user whose row the caller holds, and ends the oldest so that with it no more than `atMost` count; at
     * most `batch` of them. One statement, without users and with an array, which Postgres plans in half the time: it is
     * part of every sign-in.
     */
    startWithin: async (session: Session, { atMost, batch }: { atMost: number; batch: number }) => {
      const [insert, values] = sessions.createQueryBuilder().insert().values(session).getQueryAndParameters()
      const next = (offset: number) => `$${values.length + offset}`
      const [rows]: Ended = await manager.query(
        `WITH started AS (${insert})
         UPDATE sessions SET revoked_at = statement_timestamp()
          WHERE revoked_at IS NULL AND id = ANY(ARRAY(
            SELECT s.id FROM sessions s WHERE s.user_id = ${next(1)} AND ${countsSince(next(2))}
             ORDER BY s.id DESC OFFSET ${next(3)} LIMIT ${next(4)}))
         RETURNING ${endedColumns}`,
        [...values, session.userId, session.generation, atMost - 1, batch],
      )
      return rows
    },

    /** Ends one session, if it counts. @returns it, or nothing */
    endOne: (id: string, userId: string) =>
      end(
        `SELECT s.id FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.id = $1 AND s.user_id = $2 AND ${counts}`,
        [id, userId],
      ),

    /** Ends the oldest sessions of one generation that have not ended. @returns them */
    endGeneration: (userId: string, generation: number, limit: number) =>
      end(
        `SELECT id FROM sessions WHERE user_id = $1 AND revoked_at IS NULL AND generation = $2
          ORDER BY id LIMIT $3 FOR UPDATE`,
        [userId, generation, limit],
      ),

    /** Keeps one session while all others of its generation end. */
    carryOver: async (id: string, generation: number) => void (await sessions.update({ id }, { generation })),

    /** Ends sessions whose time was over, as of then; leaves out those that somebody else is changing. */
    endExpired: async (limit: number): Promise<SessionOfUser[]> => {
      const due = await manager.query(
        `UPDATE sessions SET revoked_at = least(expires_at, idle_expires_at) WHERE id IN (
           SELECT id FROM sessions WHERE revoked_at IS NULL AND least(expires_at, idle_expires_at) <= now()
            ORDER BY least(expires_at, idle_expires_at) LIMIT $1 FOR UPDATE SKIP LOCKED)
         RETURNING id`,
        [limit],
      )
      const [rows]: [{ id: string }[]] = due
      // Also of users who are being deleted.
      return sessions.find({
        where: { id: In(rows.map((it) => it.id)) },
        relations: { user: true },
        withDeleted: true,
      })
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

    /** Deletes sessions of a user that have ended. @returns whether the user has none left, live or ended */
    forgetOf: async (userId: string, limit: number): Promise<boolean> => {
      await manager.query(
        `DELETE FROM sessions WHERE id IN (
           SELECT id FROM sessions WHERE user_id = $1 AND revoked_at IS NOT NULL LIMIT $2)`,
        [userId, limit],
      )
      return !(await sessions.existsBy({ userId }))
    },

    /** Nobody else changes the session until the transaction ends. */
    lockLive: (id: string) => one(id).setLock('pessimistic_write', undefined, ['s']).getOne(),

    /** The session does not end until the transaction does. */
    holdLive: (id: string) => one(id).setLock('pessimistic_read', undefined, ['s']).getOne(),

    /** A page of a user's sessions, last seen first; `next` is the `after` of the page that follows. */
    findPageOf: async (userId: string, { after, limit }: SessionQuery) => {
      const page = counting()
        .andWhere('s.user_id = :userId', { userId })
        .addSelect(lastSeenMicros, 'micros')
        .orderBy('s.last_seen_at', 'DESC')
        .addOrderBy('s.id', 'DESC')
        .limit(limit + 1)
      const [micros, id] = after?.split('.') ?? []
      if (micros !== undefined)
        page.andWhere(`(${lastSeenMicros}, s.id) < (:micros::bigint, :id::uuid)`, { micros, id })
      const { entities, raw } = await page.getRawAndEntities<{ micros: string }>()
      const last = entities.length > limit ? entities[limit - 1] : undefined
      return {
        sessions: entities.slice(0, limit),
        next: last ? `${raw[limit - 1]?.micros}.${last.id}` : null,
      }
    },

    /** Those of these sessions that count. */
    findLive: (ids: string[]): Promise<SessionOfUser[]> => counting().andWhere('s.id = ANY(:ids)', { ids }).getMany(),
  }
}
