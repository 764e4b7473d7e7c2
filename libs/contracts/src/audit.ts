import { z } from 'zod'
import { plainText } from './plain-text.ts'

/** One entry of the security log: who did what to whom, when and from where. */
export const auditLine = z.object({
  seq: z.int().positive(),
  at: z.iso.datetime(),
  actor: z.string().meta({ description: 'user id, `service:name`, `job:name` or `anonymous`' }),
  action: z.string().meta({ description: 'type of the resulting event, or `request.refused`' }),
  subject: z.string().nullable(),
  address: z.string().nullable(),
  request_id: z.string().nullable(),
  detail: z.record(z.string(), z.unknown()),
})

/** Query of `GET /audit`. */
export const auditQuery = z.strictObject({
  subject: plainText.max(100).optional(),
  before: z.coerce.number().int().positive().optional().meta({ description: '`next` of the previous page' }),
  limit: z.coerce.number().int().min(1).max(500).default(100),
})
export type AuditQuery = z.infer<typeof auditQuery>

export const auditPage = z.object({ lines: z.array(auditLine), next: z.int().nullable() })
export type AuditPage = z.infer<typeof auditPage>
