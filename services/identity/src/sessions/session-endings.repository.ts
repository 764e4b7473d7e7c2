import type { EndReason } from '@gatehouse/contracts'
import { currentRequest, type RequestContext } from '@gatehouse/service'
import type { EntityManager } from 'typeorm'

export type SessionEnding = {
  seq: string
  user: { id: string; version: number }
  generation: number
  reason: EndReason
}
type Row = {
  seq: string
  user_id: string
  version: number
  generation: number
  reason: EndReason
  actor: string
  address: string | null
  request_id: string
  traceparent: string
}

/** SQL for session endings that are in effect, but whose sessions do not all have their events yet. */
export const sessionEndingsIn = (manager: EntityManager) => ({
  /** Stores an ending with its request context, so that any replica can finish it and the security log names the actor. */
  insert: async (userId: string, generation: number, reason: EndReason) => {
    const request = currentRequest()
    await manager.query(
      `INSERT INTO session_endings (user_id, generation, reason, actor, address, request_id, traceparent)
       VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [
        userId,
        generation,
        reason,
        request?.actor ?? 'anonymous',
        request?.address ?? null,
        request?.requestId ?? '',
        request?.traceparent ?? '',
      ],
    )
  },

  /**
   * Takes the oldest ending whose user is not locked, and locks that user: only one replica works on it, and the version of
   * the user stays the same until the transaction ends.
   */
  take: async (): Promise<{ ending: SessionEnding; context: RequestContext } | null> => {
    const [row]: [Row?] = await manager.query(
      `SELECT e.*, u.version FROM session_endings e JOIN users u ON u.id = e.user_id
        ORDER BY e.seq LIMIT 1 FOR NO KEY UPDATE OF u SKIP LOCKED`,
    )
    if (!row) return null
    const { seq, generation, reason, actor, address, traceparent } = row
    return {
      ending: { seq, generation, reason, user: { id: row.user_id, version: row.version } },
      context: { requestId: row.request_id, traceparent, address, actor },
    }
  },

  delete: (seq: string) => manager.query('DELETE FROM session_endings WHERE seq = $1', [seq]),
})
