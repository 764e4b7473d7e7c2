import { z } from 'zod'
import { eventTypes, gatehouseEvent } from './events.ts'
import { userState } from './user.ts'

/** Where an event stands in the history. Positions only rise, with gaps. */
const position = z.int().nonnegative()
const eventType = z.enum(eventTypes)

/** Query of `GET /events`. */
export const historyQuery = z.strictObject({
  after: z.coerce.number().pipe(position).default(0).meta({ description: '`next` of the page before' }),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  types: z
    .string()
    .transform((it) => it.split(','))
    .pipe(z.array(eventType).min(1))
    .optional()
    .meta({ description: 'types of events, with commas between; all by default' }),
})
export type HistoryQuery = z.infer<typeof historyQuery>

/** Header of a client of Server-Sent Events that comes back; it counts more than `after`. */
export const lastEventId = z.coerce.number().pipe(position)

export const historyPage = z.object({
  events: z.array(gatehouseEvent),
  next: position.meta({ description: 'the `after` of the next page, also when nothing new has come' }),
  more: z.boolean().meta({ description: 'whether there is more at this moment, also behind a page without events' }),
})
export type HistoryPage = z.infer<typeof historyPage>

/** Query of `GET /events/snapshot`. */
export const snapshotQuery = z.strictObject({
  after: z.uuid().optional().meta({ description: '`next` of the page before' }),
  limit: z.coerce.number().int().min(1).max(1000).default(500),
})
export type SnapshotQuery = z.infer<typeof snapshotQuery>

/** Users by id, each as it is at the moment of reading. */
export const snapshotPage = z.object({
  users: z.array(userState),
  next: z.uuid().nullable(),
  position: position.meta({
    description:
      'of the first page: pass it to `GET /events` as `after` once all pages are read, and nothing is missed',
  }),
})
export type SnapshotPage = z.infer<typeof snapshotPage>
