import { eventsExchange } from '@gatehouse/contracts'
import type { Channel } from 'amqplib'

export const workKey = 'work'
export const deadKey = 'dead'
export const retryKey = (delayMs: number) => `retry.${delayMs}`
export const deadQueueOf = (queue: string) => `${queue}.dead`

const quorum = { 'x-queue-type': 'quorum' }
// The broker moves expired messages without loss (RabbitMQ, "Quorum queues", at-least-once), and a full queue refuses new ones.
const lossless = { 'x-dead-letter-strategy': 'at-least-once', 'x-overflow': 'reject-publish' }

/**
 * Declares the queues of one subscriber, whose names begin with its own: the work queue, a queue per retry delay, whose messages
 * expire back to the work queue, and the dead letters. A direct exchange routes between them, so the user needs no permission for
 * the default exchange. Declared on each connection, which restores deleted queues.
 */
export const assertSubscriber = async (
  channel: Channel,
  { queue, events, delaysMs }: { queue: string; events: readonly string[]; delaysMs: readonly number[] },
) => {
  await channel.assertExchange(queue, 'direct', { durable: true })
  const dead = deadQueueOf(queue)
  // Listing dead letters counts as a delivery of each; with the default limit the 20th listing would drop them.
  await channel.assertQueue(dead, { durable: true, arguments: { ...quorum, 'x-delivery-limit': -1 } })
  await channel.bindQueue(dead, queue, deadKey)
  const back = { ...lossless, 'x-dead-letter-exchange': queue, 'x-dead-letter-routing-key': workKey }
  for (const ms of delaysMs) {
    const waiting = `${queue}.${retryKey(ms)}`
    await channel.assertQueue(waiting, { durable: true, arguments: { ...quorum, ...back, 'x-message-ttl': ms } })
    await channel.bindQueue(waiting, queue, retryKey(ms))
  }
  // Only the broker can count deliveries of a message that ends the process each time.
  const poison = { ...lossless, 'x-delivery-limit': 20, 'x-dead-letter-exchange': queue }
  const work = { ...quorum, ...poison, 'x-dead-letter-routing-key': deadKey }
  await channel.assertQueue(queue, { durable: true, arguments: work })
  await channel.bindQueue(queue, queue, workKey)
  for (const type of events) await channel.bindQueue(queue, eventsExchange, type)
}
