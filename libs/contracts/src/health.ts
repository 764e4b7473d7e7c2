import { z } from 'zod'

/** Body of `/health/ready`: each dependency by name. `degraded` still serves; only `down` makes the whole answer 503. */
export const health = z.object({
  status: z.enum(['ready', 'not_ready']),
  dependencies: z.record(
    z.string(),
    z.looseObject({ state: z.enum(['up', 'degraded', 'down']), detail: z.string().optional() }),
  ),
})
export type Health = z.infer<typeof health>
