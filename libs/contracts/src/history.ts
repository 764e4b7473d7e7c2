import { z } from 'zod'
import { eventTypes, gatehouseEvent } from './events.ts'
import { userState } from './user.ts'

/** Position of an event in the history. Positions increase, with gaps. */
const position = z.int().nonnegative()
const eventType = z.enum(eventTypes)

/** Query of `GET /events`. */
export const historyQuery = z.strictObject({
  after: z.coerce.number().pipe(position).default(0).meta({ description: '`next` of the previous page' }),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  types: z
    .string()
    .transform((it) => it.split(','))
    .pipe(z.array(eventType).min(1))
    .optional()
    .meta({ description: 'event types, comma-separated; default: all' }),
})
export type HistoryQuery = z.infer<typeof historyQuery>

/** Header of a Server-Sent Events client that reconnects; overrides `after`. */
export const lastEventId = z.coerce.number().pipe(position)

export const historyPage = z.object({
  events: z.array(gatehouseEvent),
  next: position.meta({ description: 'pass as `after` to get the next page, also if this page is empty' }),
  more: z
    .boolean()
    .meta({ description: 'whether there are more events right now; may be true even if this page is empty' }),
})
export type HistoryPage = z.infer<typeof historyPage>

/** Query of `GET /events/snapshot`. */
export const snapshotQuery = z.strictObject({
  after: z.uuid().optional().meta({ description: '`next` of the previous page' }),
  limit: z.coerce.number().int().min(1).max(1000).default(500),
})
export type SnapshotQuery = z.infer<typeof snapshotQuery>

/** Users by id, each in its state at the time of reading. */
export const snapshotPage = z.object({
  users: z.array(userState),
  next: z.uuid().nullable(),
  position: position.meta({
    description:
      'after reading all pages, pass the `position` of the first page to `GET /events` as `after`: no event is missed',
  }),
})
export type SnapshotPage = z.infer<typeof snapshotPage>
