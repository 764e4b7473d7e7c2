import type { AuditPage, AuditQuery } from '@gatehouse/contracts'
import { currentRequest } from '@gatehouse/service'
import type { EntityManager } from 'typeorm'

type Row = {
  seq: string
  at: Date
  actor: string
  action: string
  subject: string | null
  address: string | null
  request_id: string | null
  detail: Record<string, unknown>
}

/** SQL for the security log. Entries of events are written by the outbox, together with the event. */
export const auditIn = (manager: EntityManager) => ({
  /** Adds an entry that belongs to no event. Actor, address and request id are those of the current request. */
  record: async ({ action, detail }: { action: string; detail: Record<string, unknown> }) => {
    const request = currentRequest()
    await manager.query(
      'INSERT INTO audit_log (action, detail, actor, address, request_id) VALUES ($1, $2, $3, $4, $5)',
      [action, detail, request?.actor ?? 'anonymous', request?.address ?? null, request?.requestId ?? null],
    )
  },

  /** A page, newest first; pass `next` as `before` to get the next one. */
  findPage: async ({ subject, before, limit }: AuditQuery): Promise<AuditPage> => {
    const rows: Row[] = await manager.query(
      `SELECT seq, at, actor, action, subject, address, request_id, detail FROM audit_log
        WHERE ($1::text IS NULL OR subject = $1) AND ($2::bigint IS NULL OR seq < $2)
        ORDER BY seq DESC LIMIT $3`,
      [subject ?? null, before ?? null, limit + 1],
    )
    const lines = rows.slice(0, limit).map((it) => ({ ...it, seq: Number(it.seq), at: it.at.toISOString() }))
    return { lines, next: rows.length > limit ? (lines.at(-1)?.seq ?? null) : null }
  },
})
