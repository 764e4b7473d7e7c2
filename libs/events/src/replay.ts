import { type EventOf, type EventType, eventsLogQueue } from '@gatehouse/contracts'
import type { Channel, ConsumeMessage } from 'amqplib'
import { asError } from './as-error.ts'
import { type LinkState, type Log, type Reconnect, silentLog, startBrokerLink, watchChannel } from './broker-link.ts'
import { readEvent } from './read-message.ts'
import { withTimeout } from './with-timeout.ts'

/** With `time`, some events from shortly before it come as well. */
export type ReplayFrom = 'beginning' | { offset: number } | { time: Date }

export type ReplayOptions<Type extends EventType> = {
  /** `amqp://user:password@host`; the user needs permission to read `^gatehouse\.`. */
  url: string
  from: ReplayFrom
  /** All types by default. */
  events?: readonly Type[]
  /**
   * Gets one event at a time, in the order of the log. When it rejects, the same event comes again after a pause, without
   * limit; catch the error to skip the event. To continue later, save `offset + 1`.
   */
  handler: (event: EventOf<Type>, about: { offset: number }) => Promise<void>
  log?: Log
}

export type Replay = {
  state: () => LinkState
  /** Since the start. `skipped`: of another type than `events`, or of an unknown one. */
  counts: () => { handled: number; skipped: number; malformed: number }
  /** Waits at most 10 s for the event in progress. */
  stop: () => Promise<void>
}

const prefetch = 200
const stopWithinMs = 10_000

/** In the form of RabbitMQ's `x-stream-offset` ("Streams"). */
const streamOffset = (from: ReplayFrom) => {
  if (from === 'beginning') return 'first'
  if ('offset' in from) return from.offset
  return { '!': 'timestamp', value: Math.floor(from.time.getTime() / 1_000) }
}

/**
 * Reads the log of all events, as far back as the broker keeps it (30 days or 2 GB), and continues with new ones. It starts
 * while the broker is down, reconnects by itself and continues after the last event handled. An invalid message is logged,
 * counted as `malformed` and skipped. Offsets are valid until somebody deletes the log; a running replay then reads the new log
 * from its beginning.
 */
export const replay = <const Type extends EventType = EventType>(options: ReplayOptions<Type>): Replay => {
  const { url, from, events, handler, log = silentLog } = options
  const name = `replay of ${eventsLogQueue}`
  const counts = { handled: 0, skipped: 0, malformed: 0 }
  let next: ReplayFrom = from
  let isStopping = false
  let inFlight: Promise<void> = Promise.resolve()

  const handle = async (message: ConsumeMessage, offset: number) => {
    const read = readEvent(message.content)
    if (read.kind === 'malformed') {
      counts.malformed += 1
      log.error({ name, offset, message_id: message.properties.messageId, why: read.why }, 'invalid message')
    } else if (read.kind === 'unknown' || (events && !(events as readonly string[]).includes(read.event.type))) {
      counts.skipped += 1
    } else {
      await handler(read.event as EventOf<Type>, { offset })
      counts.handled += 1
    }
  }

  /** Reports events that retention has removed from the log. */
  const reportGap = (offset: number) => {
    if (typeof next !== 'object' || !('offset' in next) || offset <= next.offset) return
    log.warn({ name, expected: next.offset, offset }, 'events before this offset are no longer in the log')
  }

  const createConsumer = (channel: Channel, reconnect: Reconnect) => {
    let hasFailed = false
    const consumeOne = async (message: ConsumeMessage) => {
      if (hasFailed || isStopping) return
      const offset = Number(message.properties.headers?.['x-stream-offset'])
      try {
        reportGap(offset)
        await handle(message, offset)
        next = { offset: offset + 1 }
        channel.ack(message)
      } catch (error) {
        // Ignore the messages after it; a new connection begins with this one again.
        hasFailed = true
        log.warn({ name, offset, err: error }, 'the handler failed; the event will be repeated')
        reconnect(asError(error))
      }
    }
    return (message: ConsumeMessage | null) => {
      inFlight = inFlight.then(async () => {
        if (message !== null) return await consumeOne(message)
        // The log was deleted. A new one counts from 0 and has none of the events handled so far.
        next = 'beginning'
        reconnect(new Error('the broker cancelled the consumer'))
      })
    }
  }

  const link = startBrokerLink({
    url,
    name,
    log,
    setUp: async (connection, reconnect) => {
      // The event in progress on the previous connection decides where this one begins.
      await inFlight
      const channel = await connection.createChannel()
      watchChannel(channel, reconnect)
      await channel.prefetch(prefetch)
      await channel.consume(eventsLogQueue, createConsumer(channel, reconnect), {
        arguments: { 'x-stream-offset': streamOffset(next) },
      })
    },
  })

  return {
    state: link.state,
    counts: () => ({ ...counts }),
    stop: async () => {
      isStopping = true
      try {
        await withTimeout(stopWithinMs, 'stopping', inFlight)
      } catch (error) {
        log.warn({ name, err: error }, 'stopped with an event in progress')
      } finally {
        await link.stop()
      }
    },
  }
}
