import { cloudEventContentType, type EventType, eventsExchange } from '@gatehouse/contracts'
import { eventSchemas } from './event-schemas.ts'

/** Why each event is published. */
const occasions: Record<EventType, string> = {
  'user.created.v1': 'A user was created by an admin, an import, the command line or the seed job.',
  'user.updated.v1': 'Username, full name or roles of a user changed.',
  'user.deactivated.v1': 'A user can no longer sign in. All its sessions end, each with its own event.',
  'user.activated.v1': 'A user can sign in again.',
  'user.password_changed.v1': 'A user changed its password, or an admin set it.',
  'user.deleted.v1': 'A user was deleted. The event contains only the id.',
  'session.started.v1': 'A user signed in.',
  'session.revoked.v1': 'A session ended before it expired; `reason` says why.',
  'session.expired.v1': 'A session reached its lifetime or its idle limit.',
  'session.refresh_repeated.v1':
    'A refresh token was used again and returned the current pair. Rare for an honest client; the session is unchanged.',
  'login.failed.v1':
    'A sign-in or a check of the current password failed. The event does not contain the submitted username.',
  'key.published.v1': 'A signing key was added to the key set. It signs nothing yet.',
  'key.activated.v1': 'A signing key signs new tokens from now on.',
  'key.retired.v1': 'A signing key signs no new tokens. It stays in the key set until its `state` is `gone`.',
}
const types = Object.keys(occasions) as EventType[]
const nameOf = (type: string) => type.replaceAll('.', '_')

/** The AsyncAPI 3 document of all events, generated from their schemas. */
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
        'CloudEvents 1.0 in structured JSON mode, delivered at least once and in order per user. `data` carries the whole state ' +
        'and `sequence` the version of the user: keep the highest and drop the rest.',
      license: { name: 'MIT' },
    },
    defaultContentType: cloudEventContentType,
    channels: {
      events: {
        address: eventsExchange,
        description: 'Topic exchange. The routing key is the type of the event.',
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
