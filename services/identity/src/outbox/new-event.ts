import { randomUUID } from 'node:crypto'
import type { EventOf, EventType } from '@gatehouse/contracts'
import { currentRequest } from '@gatehouse/service'

/** `id` becomes the event's subject, `version` its sequence. */
type Subject = { id: string; version: number }

/** What the outbox is given to tell; the signature of `newEvent` sees to it that type and data belong together. */
export type NewEvent = Subject & { type: EventType; data: EventOf<EventType>['data'] }

export const newEvent = <Type extends EventType>(
  type: Type,
  { id, version }: Subject,
  data: EventOf<Type>['data'],
): NewEvent => ({ type, id, version, data })

/** The CloudEvent of an issuer; what caused it is the request at hand. */
export const cloudEventOf = (issuer: string, { type, id, version, data }: NewEvent) => {
  const traceparent = currentRequest()?.traceparent
  return {
    specversion: '1.0',
    id: randomUUID(),
    source: issuer,
    type,
    subject: id,
    time: new Date().toISOString(),
    datacontenttype: 'application/json',
    dataschema: `${issuer}/schemas/${type}.json`,
    sequence: version,
    ...(traceparent === undefined ? {} : { traceparent }),
    data,
  }
}
