import { randomUUID } from 'node:crypto'
import type { EventOf, EventType } from '@gatehouse/contracts'
import { currentRequest } from '@gatehouse/service'

/** `id` becomes `subject` of the event, `version` its `sequence`. */
type Subject = { id: string; version: number }

/** An event for the outbox. `newEvent` ensures that its data fit its type. */
export type NewEvent = Subject & { type: EventType; data: EventOf<EventType>['data'] }

export const newEvent = <Type extends EventType>(
  type: Type,
  { id, version }: Subject,
  data: EventOf<Type>['data'],
): NewEvent => ({ type, id, version, data })

/** The CloudEvent, with the trace context of the current request. */
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
