import type { AuditPage, AuditQuery } from '@gatehouse/contracts'
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

/** All SQL that reads the security log. Lines are written with the event that they tell of, by the outbox. */
export const auditIn = (manager: EntityManager) => ({
  /** Newest first; `next` is the `before` of the page that follows. */
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
