import { randomBytes } from 'node:crypto'
import {
  cloudEventContentType,
  eventsExchange,
  eventsLogQueue,
  everyEvent,
  type GatehouseEvent,
  gatehouseEvent,
} from '@gatehouse/contracts'
import { type ConsumeMessage, connect } from 'amqplib'
import { addressOf, containers, execIn } from './stack.ts'

/** A new user at the broker, made as an operator makes one for a service that wants to subscribe. */
export const addSubscriber = async () => {
  const name = `subscriber-${randomBytes(4).toString('hex')}`
  const password = randomBytes(16).toString('hex')
  await execIn('rabbitmq', 'rabbitmqctl', 'add_user', name, password)
  const own = `^${name}\\.`
  await execIn('rabbitmq', 'rabbitmqctl', 'set_permissions', name, own, own, `^(${name}|gatehouse)\\.`)
  return { name, password }
}
export type Subscriber = Awaited<ReturnType<typeof addSubscriber>>

// The broker's address may be another one after a restart.
const connectAs = async ({ name, password }: Subscriber) => {
  const [broker] = await containers('rabbitmq')
  if (!broker) throw new Error('there is no broker')
  const connection = await connect(`amqp://${name}:${password}@${addressOf(broker)}:5672`, { timeout: 2_000 })
  // The broker is stopped in these tests: that ends the connection, not the process.
  connection.on('error', () => {})
  return connection
}

/** Parses strictly: a message that is no known event, or not labelled as one, fails the test. */
const eventOf = ({ fields, properties, content }: ConsumeMessage): GatehouseEvent => {
  const event = gatehouseEvent.parse(JSON.parse(content.toString('utf8')))
  if (properties.contentType !== cloudEventContentType) throw new Error(`content type ${properties.contentType}`)
  if (fields.routingKey !== event.type) throw new Error(`${event.type} came under ${fields.routingKey}`)
  return event
}

/** Collects all events by a durable queue of the subscriber's own, which goes on filling while it is away. */
export const subscribe = async (subscriber: Subscriber) => {
  const connection = await connectAs(subscriber)
  const channel = await connection.createChannel()
  channel.on('error', () => {})
  const queue = `${subscriber.name}.everything`
  await channel.assertQueue(queue, { durable: true, arguments: { 'x-queue-type': 'quorum' } })
  await channel.bindQueue(queue, eventsExchange, everyEvent)
  const events: GatehouseEvent[] = []
  const faults: unknown[] = []
  await channel.consume(queue, (message) => {
    if (message === null) return
    try {
      events.push(eventOf(message))
    } catch (error) {
      faults.push(error)
    }
    channel.ack(message)
  })
  return {
    /** What came so far. @throws what was wrong with any message */
    events: () => {
      if (faults.length > 0) throw new AggregateError(faults, `${faults.length} messages are no events`)
      return events
    },
    close: () => connection.close().catch(() => {}),
  }
}

/** Reads the whole history from the stream, as somebody who comes late does. */
export const replay = async (subscriber: Subscriber, isLast: (event: GatehouseEvent) => boolean) => {
  const connection = await connectAs(subscriber)
  try {
    const channel = await connection.createChannel()
    await channel.prefetch(100)
    const events: GatehouseEvent[] = []
    const done = Promise.withResolvers<void>()
    connection.on('close', () => done.reject(new Error('the connection ended before the last event')))
    await channel.consume(
      eventsLogQueue,
      (message) => {
        if (message === null) return
        try {
          const event = eventOf(message)
          events.push(event)
          if (isLast(event)) done.resolve()
        } catch (error) {
          done.reject(error)
        }
        channel.ack(message)
      },
      { arguments: { 'x-stream-offset': 'first' } },
    )
    await done.promise
    return events
  } finally {
    await connection.close().catch(() => {})
  }
}
