import { z } from 'zod'

/** Topic exchange of all events; the routing key is the event's type. */
export const eventsExchange = 'gatehouse.events'
/** Binds every event and nothing else. */
export const everyEvent = '*.*.*'
/** Stream queue that is always bound to everything, so every event has a home and can be replayed. */
export const eventsLogQueue = 'gatehouse.events.log'
export const cloudEventContentType = 'application/cloudevents+json'

/**
 * One schema for an event of this type: a CloudEvents 1.0 structured JSON body. `data` carries the whole state, never
 * a delta, so a consumer only has to keep the highest `sequence` of each subject.
 */
export const cloudEvent = <Type extends string, Data extends z.ZodType>(type: Type, data: Data) =>
  z.object({
    specversion: z.literal('1.0'),
    id: z.uuid().meta({ description: 'the same on every resend' }),
    source: z.string().meta({ description: 'the issuer' }),
    type: z.literal(type),
    subject: z.string().meta({ description: 'user id; of key events the kid' }),
    time: z.iso.datetime(),
    datacontenttype: z.literal('application/json'),
    dataschema: z.string(),
    sequence: z.int().positive().meta({ description: "the user's version; of key events the key's" }),
    traceparent: z.string().optional().meta({ description: 'W3C Trace Context of the request that caused it' }),
    data,
  })
