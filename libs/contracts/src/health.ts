import { z } from 'zod'

/** Body of `/health/ready`: each dependency by name. Only `down` makes the service not ready (503); `degraded` does not. */
export const health = z.object({
  status: z.enum(['ready', 'not_ready']),
  dependencies: z.record(
    z.string(),
    z.looseObject({ state: z.enum(['up', 'degraded', 'down']), detail: z.string().optional() }),
  ),
})
export type Health = z.infer<typeof health>
