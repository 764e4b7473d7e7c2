import type { SessionQuery } from '@gatehouse/contracts'
import { type EntityManager, In } from 'typeorm'
import { rowsOf } from '../database/entity-rows.ts'
import type { User } from '../users/user.ts'
import { userRows } from '../users/users.repository.ts'
import { sessionEntity } from './session.entity.ts'
import type { EndedSession, Session } from './session.ts'

type SessionOfUser = Session & { user: User }
type Row = Record<string, unknown>
type Ended = [rows: EndedSession[], count: number]

/**
 * Whether a session `s` of a user `u` counts. Nothing else may say so: each way in asks this, so an ending that raises the
 * user's generation has ended every session at that moment, however many there are.
 */
const countsSince = (generation: string) =>
  `s.revoked_at IS NULL AND s.generation >= ${generation} AND least(s.expires_at, s.idle_expires_at) > statement_timestamp()`
const counts = `u.is_active AND u.deleted_at IS NULL AND ${countsSince('u.session_generation')}`

const sessionRows = rowsOf<Session>(sessionEntity, 's')
const ofUser = 'sessions s JOIN users u ON u.id = s.user_id'
const selectBoth = `SELECT ${sessionRows.selected}, ${userRows.selected}`

const readBoth = (row: Row): SessionOfUser[] => {
  const session = sessionRows.read(row)
  const user = userRows.read(row)
  return session && user ? [{ ...session, user }] : []
}

const endedColumns = `id, user_id AS "userId", client_id AS "clientId", created_at AS "createdAt",
  expires_at AS "expiresAt", revoked_at AS "revokedAt"`

/** How long a session is kept when it has ended. */
const keptDays = 30

// In the text of a page's end, since a Date has no microseconds.
const lastSeenMicros = '(extract(epoch FROM s.last_seen_at) * 1000000)::bigint'
// Every session comes before this one.
const beforeAll = ['9223372036854775807', 'ffffffff-ffff-ffff-ffff-ffffffffffff']

/** All SQL about sessions. */
export const sessionsIn = (manager: EntityManager) => {
  const sessions = manager.getRepository(sessionEntity)
  const findOne = async (id: string, lock: 'UPDATE' | 'SHARE') => {
    const rows: Row[] = await manager.query(
      `${selectBoth} FROM ${ofUser} WHERE ${counts} AND s.id = $1 FOR ${lock} OF s`,
      [id],
    )
    return rows.flatMap(readBoth)[0] ?? null
  }
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
    update: async (id: string, changed: Partial<Session>) => {
      const values = Object.values(changed)
      const sql = `UPDATE sessions SET ${sessionRows.assigned(changed)} WHERE id = $${values.length + 1}`
      await manager.query(sql, [...values, id])
    },

    /**
     * Inserts a session of a user whose row the caller holds, and ends the oldest so that with it no more than `atMost` count; at
     * most `batch` of them. One statement, without users and with an array, which Postgres plans in half the time: it is
     * part of every sign-in.
     */
    startWithin: async (session: Session, { atMost, batch }: { atMost: number; batch: number }) => {
      const values = sessionRows.valuesOf(session)
      const next = (offset: number) => `$${values.length + offset}`
      const [rows]: Ended = await manager.query(
        `WITH started AS (${sessionRows.inserted})
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
      end(`SELECT s.id FROM ${ofUser} WHERE s.id = $1 AND s.user_id = $2 AND ${counts}`, [id, userId]),

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
    lockLive: (id: string) => findOne(id, 'UPDATE'),

    /** The session does not end until the transaction does. */
    holdLive: (id: string) => findOne(id, 'SHARE'),

    /** A page of a user's sessions, last seen first; `next` is the `after` of the page that follows. */
    findPageOf: async (userId: string, { after, limit }: SessionQuery) => {
      const [micros, id] = after?.split('.') ?? beforeAll
      const rows: Row[] = await manager.query(
        `SELECT ${sessionRows.selected}, ${lastSeenMicros} AS micros FROM ${ofUser}
          WHERE ${counts} AND s.user_id = $1 AND (${lastSeenMicros}, s.id) < ($2::bigint, $3::uuid)
          ORDER BY s.last_seen_at DESC, s.id DESC LIMIT $4`,
        [userId, micros, id, limit + 1],
      )
      const page = rows.slice(0, limit)
      const last = rows.length > limit ? page.at(-1) : undefined
      return {
        sessions: page.flatMap((row) => sessionRows.read(row) ?? []),
        next: last ? `${last.micros}.${last.s_id}` : null,
      }
    },

    /** Those of these sessions that count. */
    findLive: async (ids: string[]): Promise<SessionOfUser[]> => {
      const rows: Row[] = await manager.query(`${selectBoth} FROM ${ofUser} WHERE ${counts} AND s.id = ANY($1)`, [ids])
      return rows.flatMap(readBoth)
    },

    /**
     * Those of these sessions that count, and what the database's clock said, in milliseconds since 1970, after this was
     * asked and before it was answered (decision 0001).
     */
    lookUp: async (ids: string[]): Promise<{ nowMs: number; live: SessionOfUser[] }> => {
      const rows: Row[] = await manager.query(
        `SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS now_ms, found.*
           FROM (VALUES (1)) AS once LEFT JOIN (${selectBoth} FROM ${ofUser} WHERE ${counts} AND s.id = ANY($1)) found ON true`,
        [ids],
      )
      return { nowMs: Number(rows[0]?.now_ms), live: rows.flatMap(readBoth) }
    },
  }
}
