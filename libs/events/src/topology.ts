import { eventsExchange, eventsLogQueue, everyEvent } from '@gatehouse/contracts'
import type { Channel } from 'amqplib'

/**
 * How much history the log keeps; the first limit reached applies. A broker that has the queue with other arguments refuses the
 * declaration, and the publisher reports that until an operator deletes the queue or restores the arguments.
 */
const logRetention = {
  'x-max-age': '30D',
  'x-max-length-bytes': 2_000_000_000,
  'x-stream-max-segment-size-bytes': 50_000_000,
}

/** Declared by every publisher on each connection, which restores a deleted exchange or queue. */
export const assertTopology = async (channel: Channel) => {
  await channel.assertExchange(eventsExchange, 'topic', { durable: true })
  const stream = { 'x-queue-type': 'stream', ...logRetention }
  await channel.assertQueue(eventsLogQueue, { durable: true, arguments: stream })
  await channel.bindQueue(eventsLogQueue, eventsExchange, everyEvent)
}
