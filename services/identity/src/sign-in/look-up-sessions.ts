import type { LookedUpSession, SessionLookupAnswer } from '@gatehouse/contracts'
import type { DataSource } from 'typeorm'
import { sessionsIn } from '../sessions/sessions.repository.ts'
import { isPresentable, userStateOf } from '../users/user.ts'

/** Answers a gateway: each session that it named, and what the database's clock says (decision 0001). */
export const createLookUpSessions = (db: DataSource) =>
  async function lookUpSessions(ids: string[]): Promise<SessionLookupAnswer> {
    const [clock]: [{ now_ms: number }] = await db.query(
      'SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS now_ms',
    )
    const live = new Map((ids.length > 0 ? await sessionsIn(db.manager).findLive(ids) : []).map((it) => [it.id, it]))
    const sessions = ids.map((id): LookedUpSession => {
      const session = live.get(id)
      // One that the answer's schema does not take would have the whole batch refused.
      if (!session || !isPresentable(session.user)) return { state: 'ended', id }
      return { state: 'active', id, expires_at: session.expiresAt.toISOString(), user: userStateOf(session.user) }
    })
    return { now_ms: clock.now_ms, sessions }
  }
export type LookUpSessions = ReturnType<typeof createLookUpSessions>
