import { randomUUID } from 'node:crypto'
import {
  eventsExchange,
  type GatehouseEvent,
  gatehouseEvent,
  type Heartbeat,
  heartbeat,
  heartbeatExchange,
} from '@gatehouse/contracts'
import type { ConsumeMessage } from 'amqplib'
import { type Log, startBrokerLink } from './broker-link.ts'

type Options = {
  url: string
  name: string
  log: Log
  /** The queue is `<prefix>.<uuid>`, for this process alone; the broker deletes it with the connection. */
  queuePrefix: string
  /** Routing patterns, such as `user.*.*`. */
  bindings: string[]
  onEvent: (event: GatehouseEvent) => void
  onHeartbeat: (heartbeat: Heartbeat) => void
  /** From here on no event is missed; called before the first message of a new queue. */
  onBound: () => void
}

const parse = (message: ConsumeMessage): unknown => {
  try {
    return JSON.parse(message.content.toString('utf8'))
  } catch {
    return undefined // fits no schema, and is counted with the rest that does not
  }
}

/**
 * Feeds a process with events and heartbeats as they happen, strictly in order. What came before the queue was bound, or
 * while the connection was lost, is not seen: the owner starts a new epoch at `onBound`.
 */
export const startEventConsumer = ({
  url,
  name,
  log,
  queuePrefix,
  bindings,
  onEvent,
  onHeartbeat,
  onBound,
}: Options) => {
  const counts = { applied: 0, heartbeats: 0, notUnderstood: 0 }

  const handle = (message: ConsumeMessage) => {
    const body = parse(message)
    if (message.fields.exchange === heartbeatExchange) {
      const beat = heartbeat.safeParse(body)
      if (beat.success) {
        counts.heartbeats += 1
        return onHeartbeat(beat.data)
      }
    } else {
      const event = gatehouseEvent.safeParse(body)
      if (event.success) {
        counts.applied += 1
        return onEvent(event.data)
      }
    }
    counts.notUnderstood += 1
    const { routingKey } = message.fields
    log.warn({ name, routing_key: routingKey, message_id: message.properties.messageId }, 'a message fits no schema')
  }

  const link = startBrokerLink({
    url,
    name,
    log,
    setUp: async (connection, lost) => {
      const channel = await connection.createChannel()
      channel.on('error', lost)
      channel.on('close', () => lost(new Error('the channel was closed')))
      const { queue } = await channel.assertQueue(`${queuePrefix}.${randomUUID()}`, {
        exclusive: true,
        autoDelete: true,
        durable: false,
      })
      for (const pattern of bindings) await channel.bindQueue(queue, eventsExchange, pattern)
      await channel.bindQueue(queue, heartbeatExchange, '')
      onBound()
      // No acks: what a process keeps in memory is lost with it, and a new queue starts a new epoch.
      const consume = (message: ConsumeMessage | null) =>
        message ? handle(message) : lost(new Error('the broker cancelled the consumer'))
      await channel.consume(queue, consume, { noAck: true })
    },
  })

  return { state: link.state, counts: () => ({ ...counts }), stop: link.stop }
}
export type EventConsumer = ReturnType<typeof startEventConsumer>
