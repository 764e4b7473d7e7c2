import { randomUUID } from 'node:crypto'
import type { EventOf, EventType } from '@gatehouse/contracts'
import { currentRequest } from '@gatehouse/service'

/** `id` becomes the event's subject, `version` its sequence. */
type Subject = { id: string; version: number }

/** Makes CloudEvents of this issuer; what caused them is the request at hand. */
export const createNewEvent =
  (issuer: string) =>
  <Type extends EventType>(type: Type, { id, version }: Subject, data: EventOf<Type>['data']) => {
    const traceparent = currentRequest()?.traceparent
    const event = {
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
    // The compiler cannot follow that `type` and `data` belong together once both are generic; the signature says so.
    return event as unknown as EventOf<Type>
  }
export type NewEvent = ReturnType<typeof createNewEvent>
