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
 * SQL condition for an active session `s` of user `u`. Every check of a session uses it, so raising the user's generation
 * ends any number of sessions at once.
 */
const isLiveSince = (generation: string) =>
  `s.revoked_at IS NULL AND s.generation >= ${generation} AND least(s.expires_at, s.idle_expires_at) > statement_timestamp()`
const isLive = `u.is_active AND u.deleted_at IS NULL AND ${isLiveSince('u.session_generation')}`

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

/** How long ended sessions are kept. */
const retentionDays = 30

// Used in page cursors, because a Date has no microseconds.
const lastSeenMicros = '(extract(epoch FROM s.last_seen_at) * 1000000)::bigint'
// Cursor of the first page.
const firstPage = ['9223372036854775807', 'ffffffff-ffff-ffff-ffff-ffffffffffff']

/** SQL for sessions. */
export const sessionsIn = (manager: EntityManager) => {
  const sessions = manager.getRepository(sessionEntity)
  const findOne = async (id: string, lock: 'UPDATE' | 'SHARE') => {
    const rows: Row[] = await manager.query(
      `${selectBoth} FROM ${ofUser} WHERE ${isLive} AND s.id = $1 FOR ${lock} OF s`,
      [id],
    )
    return rows.flatMap(readBoth)[0] ?? null
  }
  const end = async (which: string, values: unknown[]): Promise<EndedSession[]> => {
    // `revoked_at IS NULL` again: the session may have been ended while this statement waited for the row.
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
     * Inserts a session of a user whose row the caller has locked, and ends the oldest sessions beyond `maxLive`, at most
     * `batch` of them. One statement, without joining users and with an array, which halves the planning time: it runs at
     * every sign-in.
     */
    startWithin: async (session: Session, { maxLive, batch }: { maxLive: number; batch: number }) => {
      const values = sessionRows.valuesOf(session)
      const next = (offset: number) => `$${values.length + offset}`
      const [rows]: Ended = await manager.query(
        `WITH started AS (${sessionRows.inserted})
         UPDATE sessions SET revoked_at = statement_timestamp()
          WHERE revoked_at IS NULL AND id = ANY(ARRAY(
            SELECT s.id FROM sessions s WHERE s.user_id = ${next(1)} AND ${isLiveSince(next(2))}
             ORDER BY s.id DESC OFFSET ${next(3)} LIMIT ${next(4)}))
         RETURNING ${endedColumns}`,
        [...values, session.userId, session.generation, maxLive - 1, batch],
      )
      return rows
    },

    /** Ends a session if it is live. @returns the session, or an empty list */
    endOne: (id: string, userId: string) =>
      end(`SELECT s.id FROM ${ofUser} WHERE s.id = $1 AND s.user_id = $2 AND ${isLive}`, [id, userId]),

    /** Ends the oldest sessions of a generation that have not ended. @returns the ended sessions */
    endGeneration: (userId: string, generation: number, limit: number) =>
      end(
        `SELECT id FROM sessions WHERE user_id = $1 AND revoked_at IS NULL AND generation = $2
          ORDER BY id LIMIT $3 FOR UPDATE`,
        [userId, generation, limit],
      ),

    /** Moves a session to another generation, so that it survives the end of all others. */
    carryOver: async (id: string, generation: number) => void (await sessions.update({ id }, { generation })),

    /** Ends expired sessions, as of their expiry. Skips locked rows. */
    endExpired: async (limit: number): Promise<SessionOfUser[]> => {
      const due = await manager.query(
        `UPDATE sessions SET revoked_at = least(expires_at, idle_expires_at) WHERE id IN (
           SELECT id FROM sessions WHERE revoked_at IS NULL AND least(expires_at, idle_expires_at) <= now()
            ORDER BY least(expires_at, idle_expires_at) LIMIT $1 FOR UPDATE SKIP LOCKED)
         RETURNING id`,
        [limit],
      )
      const [rows]: [{ id: string }[]] = due
      // Includes sessions of users that are being deleted.
      return sessions.find({
        where: { id: In(rows.map((it) => it.id)) },
        relations: { user: true },
        withDeleted: true,
      })
    },

    /** Deletes sessions that ended longer ago than the retention. @returns their number */
    deleteEnded: async (limit: number): Promise<number> => {
      const [, deleted]: [unknown, number] = await manager.query(
        `DELETE FROM sessions WHERE id IN (
           SELECT id FROM sessions WHERE revoked_at < now() - make_interval(days => $1) ORDER BY revoked_at LIMIT $2)`,
        [retentionDays, limit],
      )
      return deleted
    },

    /** Deletes ended sessions of a user. @returns whether the user has no sessions left, live or ended */
    deleteEndedOf: async (userId: string, limit: number): Promise<boolean> => {
      await manager.query(
        `DELETE FROM sessions WHERE id IN (
           SELECT id FROM sessions WHERE user_id = $1 AND revoked_at IS NOT NULL LIMIT $2)`,
        [userId, limit],
      )
      return !(await sessions.existsBy({ userId }))
    },

    /** Locks a live session: no other transaction changes it until this one ends. */
    lockLive: (id: string) => findOne(id, 'UPDATE'),

    /** Share-locks a live session: it does not end before the transaction. */
    holdLive: (id: string) => findOne(id, 'SHARE'),

    /** A page of a user's live sessions, last seen first; pass `next` as `after` to get the next one. */
    findPageOf: async (userId: string, { after, limit }: SessionQuery) => {
      const [micros, id] = after?.split('.') ?? firstPage
      const rows: Row[] = await manager.query(
        `SELECT ${sessionRows.selected}, ${lastSeenMicros} AS micros FROM ${ofUser}
          WHERE ${isLive} AND s.user_id = $1 AND (${lastSeenMicros}, s.id) < ($2::bigint, $3::uuid)
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

    /** The live ones of these sessions. */
    findLive: async (ids: string[]): Promise<SessionOfUser[]> => {
      const rows: Row[] = await manager.query(`${selectBoth} FROM ${ofUser} WHERE ${isLive} AND s.id = ANY($1)`, [ids])
      return rows.flatMap(readBoth)
    },

    /**
     * The live ones of these sessions, and the database's clock in ms since the epoch, read between request and response of
     * this query (decision 0001).
     */
    lookUp: async (ids: string[]): Promise<{ nowMs: number; live: SessionOfUser[] }> => {
      const rows: Row[] = await manager.query(
        `SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS now_ms, found.*
           FROM (VALUES (1)) AS once LEFT JOIN (${selectBoth} FROM ${ofUser} WHERE ${isLive} AND s.id = ANY($1)) found ON true`,
        [ids],
      )
      return { nowMs: Number(rows[0]?.now_ms), live: rows.flatMap(readBoth) }
    },
  }
}
