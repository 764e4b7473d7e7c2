import type { GatehouseEvent } from '@gatehouse/contracts'
import { EntitySchema } from 'typeorm'

export type OutboxRow = {
  seq: string
  id: string
  aggregateId: string
  type: string
  payload: GatehouseEvent
  createdAt: Date
  sentAt: Date | null
  /** Position in the history, in the order of the broker's confirms, which differs from the order of `seq`. */
  position: string | null
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
    createdAt: { type: 'timestamptz', name: 'created_at', default: () => 'clock_timestamp()' },
    sentAt: { type: 'timestamptz', name: 'sent_at', nullable: true },
    position: { type: 'bigint', nullable: true, unique: true },
  },
  indices: [
    { name: 'outbox_unsent', columns: ['seq'], where: 'sent_at IS NULL' },
    { name: 'outbox_of_aggregate', columns: ['aggregateId'] },
    {
      name: 'outbox_personal',
      columns: ['aggregateId'],
      where: "type ~~ 'user.%' OR type ~~ 'login.%' OR type = 'session.refresh_repeated.v1'",
    },
  ],
})
