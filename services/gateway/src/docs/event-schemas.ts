import { type EventType, gatehouseEvent } from '@gatehouse/contracts'
import { z } from 'zod'

/** JSON Schema (2020-12) of each event, by its type. */
export const eventSchemas = () =>
  Object.fromEntries(
    gatehouseEvent.options.map((option) => [option.shape.type.value, z.toJSONSchema(option, { io: 'input' })]),
  ) as unknown as Record<EventType, z.core.JSONSchema.BaseSchema>
