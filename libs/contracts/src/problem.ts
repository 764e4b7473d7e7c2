import { z } from 'zod'

/** Body of every error response: RFC 9457 problem details, a stable `code`, and the request id that the logs carry. */
export const problem = z
  .object({
    type: z.string().meta({ description: 'problem type URI, always `about:blank` (RFC 9457 §4.2.1)' }),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string(),
    code: z
      .string()
      .regex(/^[a-z_]+$/)
      .meta({ description: 'stable, machine-readable code' }),
    request_id: z.string(),
    error: z.string().optional().meta({ description: 'token endpoints only (RFC 6749 §5.2)' }),
    error_description: z.string().optional(),
  })
  // With an id it is one component of the OpenAPI document instead of a copy in every error response.
  .meta({ id: 'Problem' })
export type Problem = z.infer<typeof problem>
