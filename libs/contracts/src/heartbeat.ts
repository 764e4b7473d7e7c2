import { z } from 'zod'

/**
 * Routing key of the relay's heartbeat, in the exchange of the events. A consumer that binds `#` gets both through one binding,
 * so it cannot lose the events and still receive heartbeats. Events alone: bind `*.*.*`.
 */
export const heartbeatKey = 'heartbeat'
export const heartbeatIntervalMs = 250

/** The product's promise: this long after identity has confirmed a revocation, every gateway enforces it. */
export const revocationPromiseMs = 1_000

/**
 * Published by the leading relay. Both times are of the database's clock, in ms since the epoch: every event committed by
 * `as_of` has been published, and `sent_at` is when the heartbeat was sent.
 */
export const heartbeat = z.object({ as_of: z.number(), sent_at: z.number() })
export type Heartbeat = z.infer<typeof heartbeat>
