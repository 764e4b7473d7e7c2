import { eventsExchange, eventsLogQueue, everyEvent } from '@gatehouse/contracts'
import type { Channel } from 'amqplib'

/**
 * How much history the log keeps: whichever limit is met first. Part of the queue's identity: a broker that has the
 * queue with other values refuses the declaration, and the publisher says so until an operator has decided.
 */
const logRetention = {
  'x-max-age': '30D',
  'x-max-length-bytes': 2_000_000_000,
  'x-stream-max-segment-size-bytes': 50_000_000,
}

/** What every publisher declares each time that it connects, so that a deleted exchange or queue comes back. */
export const assertTopology = async (channel: Channel) => {
  await channel.assertExchange(eventsExchange, 'topic', { durable: true })
  const stream = { 'x-queue-type': 'stream', ...logRetention }
  await channel.assertQueue(eventsLogQueue, { durable: true, arguments: stream })
  await channel.bindQueue(eventsLogQueue, eventsExchange, everyEvent)
}
