import { eventsExchange } from '@gatehouse/contracts'
import type { Channel } from 'amqplib'

export const workKey = 'work'
export const deadKey = 'dead'
export const retryKey = (delayMs: number) => `retry.${delayMs}`
export const deadQueueOf = (queue: string) => `${queue}.dead`

const quorum = { 'x-queue-type': 'quorum' }
// Dead-lettering by the broker loses nothing (RabbitMQ, "Quorum queues", at-least-once); a full queue refuses.
const lossless = { 'x-dead-letter-strategy': 'at-least-once', 'x-overflow': 'reject-publish' }

/**
 * What belongs to one subscriber, all under its own name: the work queue, a queue for each delay, whose messages go back
 * to work when their time is up, and the dead letters; between them a direct exchange, so that no right to the default
 * exchange is needed. Declared anew on each connection, so that what was deleted comes back.
 */
export const assertSubscriber = async (
  channel: Channel,
  { queue, events, delaysMs }: { queue: string; events: readonly string[]; delaysMs: readonly number[] },
) => {
  await channel.assertExchange(queue, 'direct', { durable: true })
  const dead = deadQueueOf(queue)
  // Who looks at a letter and leaves it counts as a delivery; by default the 20th look would throw it away.
  await channel.assertQueue(dead, { durable: true, arguments: { ...quorum, 'x-delivery-limit': -1 } })
  await channel.bindQueue(dead, queue, deadKey)
  const back = { ...lossless, 'x-dead-letter-exchange': queue, 'x-dead-letter-routing-key': workKey }
  for (const ms of delaysMs) {
    const waiting = `${queue}.${retryKey(ms)}`
    await channel.assertQueue(waiting, { durable: true, arguments: { ...quorum, ...back, 'x-message-ttl': ms } })
    await channel.bindQueue(waiting, queue, retryKey(ms))
  }
  // A message that takes the process with it each time is counted by the broker alone.
  const poison = { ...lossless, 'x-delivery-limit': 20, 'x-dead-letter-exchange': queue }
  const work = { ...quorum, ...poison, 'x-dead-letter-routing-key': deadKey }
  await channel.assertQueue(queue, { durable: true, arguments: work })
  await channel.bindQueue(queue, queue, workKey)
  for (const type of events) await channel.bindQueue(queue, eventsExchange, type)
}
