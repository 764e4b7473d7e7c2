import { z } from 'zod'

/** Fanout exchange of the relay's heartbeat: apart from the events, so that who binds `#` never sees it. */
export const heartbeatExchange = 'gatehouse.heartbeat'
export const heartbeatIntervalMs = 250

/**
 * Published by the leading relay. Both instants are of the database's clock, in ms since the epoch: `as_of` is the one
 * up to which the outbox was seen drained, `sent_at` the one of sending.
 */
export const heartbeat = z.object({ as_of: z.number(), sent_at: z.number() })
export type Heartbeat = z.infer<typeof heartbeat>
