import type { GatehouseEvent } from '@gatehouse/contracts'
import type { EntityManager } from 'typeorm'

/** Channel of the hint that wakes the relay. */
export const outboxChannel = 'gatehouse_outbox'

/** Writing side of the outbox; the relay reads it on a connection of its own. */
export const outboxIn = (manager: EntityManager) => ({
  /** Stands or falls with the caller's transaction, and so does the hint. */
  append: async (event: GatehouseEvent) => {
    await manager.query('INSERT INTO outbox (id, aggregate_id, type, payload) VALUES ($1, $2, $3, $4)', [
      event.id,
      event.subject,
      event.type,
      event,
    ])
    await manager.query("SELECT pg_notify($1, '')", [outboxChannel])
  },
})
