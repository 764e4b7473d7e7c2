import { z } from 'zod'

/**
 * Routing key of the relay's heartbeat, in the exchange of the events: so who binds `#` once for both cannot lose the
 * events and still hear that all is well. Who wants events alone binds `*.*.*`.
 */
export const heartbeatKey = 'heartbeat'
export const heartbeatIntervalMs = 250

/** What the product promises: a revocation that identity has answered counts everywhere after this long. */
export const revocationPromiseMs = 1_000

/**
 * Published by the leading relay. Both instants are of the database's clock, in ms since the epoch: `as_of` is the one
 * up to which the outbox was seen drained, `sent_at` the one of sending.
 */
export const heartbeat = z.object({ as_of: z.number(), sent_at: z.number() })
export type Heartbeat = z.infer<typeof heartbeat>
