import { type EventOf, type EventType, eventTypes } from '@gatehouse/contracts'
import type { Channel, ConsumeMessage } from 'amqplib'
import { type LinkState, type Log, type Lost, silent, startBrokerLink, watchChannel } from '../broker-link.ts'
import { readEvent } from '../read-message.ts'
import { within } from '../within.ts'
import { startForwarder } from './forwarder.ts'
import { assertSubscriber, deadKey, retryKey } from './subscriber-topology.ts'

export type SubscribeOptions<Type extends EventType> = {
  /** `amqp://user:password@host`; the user may configure, write and read what begins with the queue's name. */
  url: string
  /** The durable queue of this subscriber, and the beginning of the names of all that belongs to it. */
  queue: string
  /** All by default. */
  events?: readonly Type[]
  /**
   * The message is acked once this has resolved, and tried again when it rejects. The same event may come twice, and an
   * older one after a newer: see `onceOnly` and `latestOnly`.
   */
  handler: (event: EventOf<Type>, about: { attempt: number }) => Promise<void>
  /** How long to wait before each further try, in ms; after the last it is a dead letter. 1, 5, 30 and 300 s by default. */
  retryDelaysMs?: readonly number[]
  /** So many are handled at once. 20 by default. */
  prefetch?: number
  log?: Log
}

export type Subscription = {
  state: () => LinkState
  /** Since it was started. */
  counts: () => { handled: number; retried: number; dead: number }
  /** Takes no more, and waits until what is under way is handled, 10 s at the most. */
  stop: () => Promise<void>
}

const stopWithinMs = 10_000
export const defaultDelaysMs = [1_000, 5_000, 30_000, 300_000]
const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error)).slice(0, 500)

/**
 * Subscribes to events with a durable queue: what happens while nobody listens is kept. Starts without the broker and
 * comes back by itself; nothing is acked before it is handled, parked for later or among the dead letters.
 */
export const subscribe = <const Type extends EventType = EventType>(options: SubscribeOptions<Type>): Subscription => {
  const { url, queue, events = eventTypes, handler, prefetch = 20, log = silent } = options
  const delaysMs = options.retryDelaysMs ?? defaultDelaysMs
  const forwarder = startForwarder({ url, name: `${queue} retries`, log })
  const counts = { handled: 0, retried: 0, dead: 0 }
  const underWay = new Set<Promise<void>>()
  let consuming: { channel: Channel; consumerTag: string } | null = null

  const bury = async (message: ConsumeMessage, reason: string, attempts: number) => {
    await forwarder.forward([queue, deadKey], message, { 'x-reason': reason, 'x-attempts': attempts })
    counts.dead += 1
    log.error({ queue, message_id: message.properties.messageId, reason, attempts }, 'a dead letter')
  }

  const handle = async (message: ConsumeMessage) => {
    const read = readEvent(message.content)
    // Bound by an earlier version of this subscriber, or of a type from after our time.
    if (read.kind === 'unknown') return
    if (read.kind === 'malformed') return bury(message, `it fits no schema: ${read.why}`, 1)
    const { event } = read
    if (!(events as readonly string[]).includes(event.type)) return
    const attempt = Number(message.properties.headers?.['x-attempt'] ?? 1)
    try {
      await handler(event as EventOf<Type>, { attempt })
      counts.handled += 1
    } catch (error) {
      const delayMs = delaysMs[attempt - 1]
      if (delayMs === undefined) return bury(message, messageOf(error), attempt)
      await forwarder.forward([queue, retryKey(delayMs)], message, { 'x-attempt': attempt + 1 })
      counts.retried += 1
      log.warn({ queue, event_id: event.id, attempt, again_in_ms: delayMs, err: error }, 'an event was not handled')
    }
  }

  const take = (channel: Channel, lost: Lost) => (message: ConsumeMessage | null) => {
    if (message === null) return lost(new Error('the broker cancelled the consumer'))
    // Where even parking fails, or the channel is gone by now, the message stays unacked and comes again on a new connection.
    const work = handle(message)
      .then(() => channel.ack(message))
      .catch(lost)
    underWay.add(work)
    void work.finally(() => underWay.delete(work))
  }

  const link = startBrokerLink({
    url,
    name: queue,
    log,
    setUp: async (connection, lost) => {
      const channel = await connection.createChannel()
      watchChannel(channel, lost)
      await assertSubscriber(channel, { queue, events, delaysMs })
      await channel.prefetch(prefetch)
      const { consumerTag } = await channel.consume(queue, take(channel, lost))
      consuming = { channel, consumerTag }
    },
    onLost: () => {
      consuming = null
    },
  })

  return {
    state: link.state,
    counts: () => ({ ...counts }),
    stop: async () => {
      try {
        await within(
          stopWithinMs,
          'stopping',
          (async () => {
            await consuming?.channel.cancel(consuming.consumerTag)
            await Promise.all(underWay)
          })(),
        )
      } catch (error) {
        log.warn({ queue, err: error }, 'stopped with work under way; it comes again')
      } finally {
        await link.stop()
        await forwarder.stop()
      }
    },
  }
}
