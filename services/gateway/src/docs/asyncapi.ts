import { cloudEventContentType, type EventType, eventsExchange } from '@gatehouse/contracts'
import { eventSchemas } from './event-schemas.ts'

/** When each event is published. */
const occasions: Record<EventType, string> = {
  'user.created.v1': 'A user was made: by an admin, by an import, from the terminal, by the seed job.',
  'user.updated.v1': 'Name, username or roles of a user changed.',
  'user.deactivated.v1': 'A user may sign in no more; the sessions end, each with an event of its own.',
  'user.activated.v1': 'A user may sign in again.',
  'user.password_changed.v1': 'A password was changed by its owner or set by an admin.',
  'user.deleted.v1': 'A user is gone; the event carries the id alone.',
  'session.started.v1': 'Somebody signed in.',
  'session.revoked.v1': 'A session ended before its time; `reason` says how.',
  'session.expired.v1': 'A session ended because its time, or its idle time, was over.',
  'session.refresh_repeated.v1':
    'A refresh token that was used already got the current pair again; rare for an honest client. Nothing has changed.',
  'login.failed.v1': 'A sign-in was refused; what was typed as a username is not told.',
  'key.published.v1': 'A signing key is in the key set, and signs nothing yet.',
  'key.activated.v1': 'A signing key signs from now on.',
  'key.retired.v1': 'A signing key signs no more; it is in the key set until its `state` is `gone`.',
}
const types = Object.keys(occasions) as EventType[]
const nameOf = (type: string) => type.replaceAll('.', '_')

/** Everything that is published, as AsyncAPI 3, made from the schemas that parse it. */
export const asyncApi = () => {
  const schemas = eventSchemas()
  const messages = types.map((type) => {
    const { $schema: _, ...payload } = schemas[type]
    return [
      nameOf(type),
      { name: type, summary: occasions[type], contentType: cloudEventContentType, payload },
    ] as const
  })
  const refs = (to: (type: string) => string) => types.map((type) => ({ $ref: to(nameOf(type)) }))
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Gatehouse events',
      version: '0.1.0',
      description:
        'CloudEvents 1.0, structured JSON. At least once, in order per user. `data` carries the whole state and `sequence` ' +
        'the version of the user: keep the highest and drop the rest.',
      license: { name: 'MIT' },
    },
    defaultContentType: cloudEventContentType,
    channels: {
      events: {
        address: eventsExchange,
        description: 'Topic exchange; the routing key is the type of the event.',
        messages: Object.fromEntries(
          types.map((type) => [nameOf(type), { $ref: `#/components/messages/${nameOf(type)}` }]),
        ),
        bindings: { amqp: { is: 'routingKey', exchange: { name: eventsExchange, type: 'topic', durable: true } } },
      },
    },
    operations: {
      publish: {
        action: 'send',
        channel: { $ref: '#/channels/events' },
        messages: refs((name) => `#/channels/events/messages/${name}`),
      },
    },
    components: { messages: Object.fromEntries(messages) },
  }
}
export type AsyncApi = ReturnType<typeof asyncApi>
