import { z } from 'zod'

/** Body of every error: RFC 9457 problem details, with a stable `code` and the id to search the logs for. */
export const problem = z
  .object({
    type: z.string().meta({ description: 'URI of the kind of problem: `about:blank` (RFC 9457 §4.2.1)' }),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string(),
    code: z
      .string()
      .regex(/^[a-z_]+$/)
      .meta({ description: 'stable; made for programs' }),
    request_id: z.string(),
    error: z.string().optional().meta({ description: 'token endpoints only (RFC 6749 §5.2)' }),
    error_description: z.string().optional(),
  })
  // One component of the OpenAPI document, not a copy at each refusal.
  .meta({ id: 'Problem' })
export type Problem = z.infer<typeof problem>
