import type { LookedUpSession, SessionLookupAnswer } from '@gatehouse/contracts'
import type { DataSource } from 'typeorm'
import { sessionsIn } from '../sessions/sessions.repository.ts'
import { isPresentable, userStateOf } from '../users/user.ts'

/** Looks up sessions for a gateway, with the database's clock (decision 0001). */
export const createLookUpSessions = (db: DataSource) =>
  async function lookUpSessions(ids: string[]): Promise<SessionLookupAnswer> {
    const { nowMs, live } = await sessionsIn(db.manager).lookUp(ids)
    const byId = new Map(live.map((it) => [it.id, it]))
    const sessions = ids.map((id): LookedUpSession => {
      const session = byId.get(id)
      // A user that does not fit the schema would make the whole response invalid.
      if (!session || !isPresentable(session.user)) return { state: 'ended', id }
      return { state: 'active', id, expires_at: session.expiresAt.toISOString(), user: userStateOf(session.user) }
    })
    return { now_ms: nowMs, sessions }
  }
