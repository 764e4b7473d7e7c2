import { z } from 'zod'

/** Topic exchange of all events. The routing key is the type of the event. */
export const eventsExchange = 'gatehouse.events'
/** Binding key that matches every event and nothing else. */
export const everyEvent = '*.*.*'
/** Stream queue bound to every event, so that no event is unroutable and all can be replayed. */
export const eventsLogQueue = 'gatehouse.events.log'
export const cloudEventContentType = 'application/cloudevents+json'

/**
 * The schema of one type of event: CloudEvents 1.0 in structured JSON mode. `data` carries the whole state, never a delta,
 * so a consumer only has to keep the highest `sequence` of each subject.
 */
export const cloudEvent = <Type extends string, Data extends z.ZodType>(type: Type, data: Data) =>
  z.object({
    specversion: z.literal('1.0'),
    id: z.uuid().meta({ description: 'the same on every redelivery' }),
    source: z.string().meta({ description: 'the issuer' }),
    type: z.literal(type),
    subject: z.string().meta({ description: 'user id; for key events the `kid`' }),
    time: z.iso.datetime(),
    datacontenttype: z.literal('application/json'),
    dataschema: z.string(),
    sequence: z.int().positive().meta({ description: 'version of the user; for key events, of the key' }),
    traceparent: z.string().optional().meta({ description: 'W3C Trace Context of the request that caused the event' }),
    data,
  })
