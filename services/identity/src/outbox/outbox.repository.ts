import type { GatehouseEvent } from '@gatehouse/contracts'
import type { EntityManager } from 'typeorm'

/** Channel of the hint that wakes the relay. */
export const outboxChannel = 'gatehouse_outbox'

/** Writing side of the outbox; the relay reads it on a connection of its own. */
export const outboxIn = (manager: EntityManager) => ({
  /** Stands or falls with the caller's transaction, and so does the hint. */
  append: async (event: GatehouseEvent) => {
    await manager.query(
      `WITH appended AS (
         INSERT INTO outbox (id, aggregate_id, type, payload) VALUES ($1, $2, $3, $4) RETURNING seq)
       SELECT pg_notify($5, '') FROM appended`,
      [event.id, event.subject, event.type, event, outboxChannel],
    )
  },
})
