import { type EventOf, type EventType, eventTypes } from '@gatehouse/contracts'
import type { Channel, ConsumeMessage } from 'amqplib'
import { asError } from '../as-error.ts'
import { type LinkState, type Log, type Reconnect, silentLog, startBrokerLink, watchChannel } from '../broker-link.ts'
import { readEvent } from '../read-message.ts'
import { withTimeout } from '../with-timeout.ts'
import { startForwarder } from './forwarder.ts'
import { assertSubscriber, deadKey, retryKey } from './subscriber-topology.ts'

export type SubscribeOptions<Type extends EventType> = {
  /** `amqp://user:password@host`; the user may configure, write and read names that begin with `queue`, and read `^gatehouse\.`. */
  url: string
  /** The durable queue of this subscriber; its retry and dead letter queues begin with the same name. */
  queue: string
  /** All types by default. */
  events?: readonly Type[]
  /**
   * The message is acked when this resolves, and retried when it rejects. The same event may come twice, and an older one after
   * a newer one: see `onceOnly` and `latestOnly`.
   */
  handler: (event: EventOf<Type>, about: { attempt: number }) => Promise<void>
  /** Pause before each retry, in ms; after the last retry the event is a dead letter. 1, 5, 30 and 300 s by default. */
  retryDelaysMs?: readonly number[]
  /** How many events are handled concurrently. 20 by default. */
  prefetch?: number
  /** Nothing is logged by default. */
  log?: Log
}

export type Subscription = {
  state: () => LinkState
  /** Since the start. */
  counts: () => { handled: number; retried: number; dead: number }
  /** Stops consuming, and waits at most 10 s for the events in progress. */
  stop: () => Promise<void>
}

const stopWithinMs = 10_000
export const defaultDelaysMs = [1_000, 5_000, 30_000, 300_000]
const messageOf = (error: unknown) => asError(error).message.slice(0, 500)

/**
 * Subscribes to events with a durable queue, which keeps events while no subscriber runs. It starts while the broker is down and
 * reconnects by itself. A message is acked only once it is handled, or stored for a retry or as a dead letter.
 */
export const subscribe = <const Type extends EventType = EventType>(options: SubscribeOptions<Type>): Subscription => {
  const { url, queue, events = eventTypes, handler, prefetch = 20, log = silentLog } = options
  const delaysMs = options.retryDelaysMs ?? defaultDelaysMs
  const forwarder = startForwarder({ url, name: `${queue} retries`, log })
  const counts = { handled: 0, retried: 0, dead: 0 }
  const inFlight = new Set<Promise<void>>()
  let consuming: { channel: Channel; consumerTag: string } | null = null

  const moveToDeadLetters = async (message: ConsumeMessage, reason: string, attempts: number) => {
    await forwarder.forward([queue, deadKey], message, { 'x-reason': reason, 'x-attempts': attempts })
    counts.dead += 1
    log.error({ queue, message_id: message.properties.messageId, reason, attempts }, 'event moved to the dead letters')
  }

  const handle = async (message: ConsumeMessage) => {
    const read = readEvent(message.content)
    // From a binding of an earlier version of this subscriber.
    if (read.kind === 'unknown') return
    if (read.kind === 'malformed') return moveToDeadLetters(message, `invalid event: ${read.why}`, 1)
    const { event } = read
    if (!(events as readonly string[]).includes(event.type)) return
    const attempt = Number(message.properties.headers?.['x-attempt'] ?? 1)
    try {
      await handler(event as EventOf<Type>, { attempt })
      counts.handled += 1
    } catch (error) {
      const delayMs = delaysMs[attempt - 1]
      if (delayMs === undefined) return moveToDeadLetters(message, messageOf(error), attempt)
      await forwarder.forward([queue, retryKey(delayMs)], message, { 'x-attempt': attempt + 1 })
      counts.retried += 1
      log.warn(
        { queue, event_id: event.id, attempt, retry_in_ms: delayMs, err: error },
        'the handler failed; the event will be retried',
      )
    }
  }

  const createConsumer = (channel: Channel, reconnect: Reconnect) => (message: ConsumeMessage | null) => {
    if (message === null) return reconnect(new Error('the broker cancelled the consumer'))
    // If even storing it for a retry fails, or the channel has closed, the message stays unacked and comes again on a new connection.
    const work = handle(message)
      .then(() => channel.ack(message))
      .catch(reconnect)
    inFlight.add(work)
    void work.finally(() => inFlight.delete(work))
  }

  const link = startBrokerLink({
    url,
    name: queue,
    log,
    setUp: async (connection, reconnect) => {
      const channel = await connection.createChannel()
      watchChannel(channel, reconnect)
      await assertSubscriber(channel, { queue, events, delaysMs })
      await channel.prefetch(prefetch)
      const { consumerTag } = await channel.consume(queue, createConsumer(channel, reconnect))
      consuming = { channel, consumerTag }
    },
    onDisconnected: () => {
      consuming = null
    },
  })

  return {
    state: link.state,
    counts: () => ({ ...counts }),
    stop: async () => {
      try {
        await withTimeout(
          stopWithinMs,
          'stopping',
          (async () => {
            await consuming?.channel.cancel(consuming.consumerTag)
            await Promise.all(inFlight)
          })(),
        )
      } catch (error) {
        log.warn({ queue, err: error }, 'stopped with events in progress; they will be redelivered')
      } finally {
        await link.stop()
        await forwarder.stop()
      }
    },
  }
}
