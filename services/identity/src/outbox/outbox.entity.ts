import type { GatehouseEvent } from '@gatehouse/contracts'
import { EntitySchema } from 'typeorm'

export type OutboxRow = {
  seq: string
  id: string
  aggregateId: string
  type: string
  payload: GatehouseEvent
  headers: Record<string, string>
  createdAt: Date
  sentAt: Date | null
}

export const outboxEntity = new EntitySchema<OutboxRow>({
  name: 'outbox',
  tableName: 'outbox',
  columns: {
    seq: { type: 'bigint', primary: true, generated: 'increment' },
    id: { type: 'uuid', unique: true },
    aggregateId: { type: 'text', name: 'aggregate_id' },
    type: { type: 'text' },
    payload: { type: 'jsonb' },
    headers: { type: 'jsonb', default: {} },
    createdAt: { type: 'timestamptz', name: 'created_at', default: () => 'clock_timestamp()' },
    sentAt: { type: 'timestamptz', name: 'sent_at', nullable: true },
  },
  indices: [{ name: 'outbox_unsent', columns: ['seq'], where: 'sent_at IS NULL' }],
})
