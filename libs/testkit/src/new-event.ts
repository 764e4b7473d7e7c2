import type { EventOf, EventType } from '@gatehouse/contracts'

type About = { source: string; subject: string; sequence?: number }

/** An event in the form in which identity writes it. */
export const newEvent = <Type extends EventType>(type: Type, about: About, data: EventOf<Type>['data']) => ({
  specversion: '1.0',
  id: crypto.randomUUID(),
  source: about.source,
  type,
  subject: about.subject,
  time: new Date().toISOString(),
  datacontenttype: 'application/json',
  dataschema: `${about.source}/schemas/${type}.json`,
  sequence: about.sequence ?? 1,
  data,
})
