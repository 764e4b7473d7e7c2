import { type EventOf, type EventType, eventsLogQueue } from '@gatehouse/contracts'
import type { Channel, ConsumeMessage } from 'amqplib'
import { asError } from './as-error.ts'
import { type LinkState, type Log, type Lost, silent, startBrokerLink, watchChannel } from './broker-link.ts'
import { readEvent } from './read-message.ts'
import { within } from './within.ts'

/** `time`: the broker finds the place only roughly, so some events from before come as well. */
export type ReplayFrom = 'beginning' | { offset: number } | { time: Date }

export type ReplayOptions<Type extends EventType> = {
  /** `amqp://user:password@host`; the user may read what begins with `gatehouse.`. */
  url: string
  from: ReplayFrom
  /** All by default. */
  events?: readonly Type[]
  /**
   * One event at a time, in the order of the log. When it rejects, the same event comes again after a pause, for ever:
   * whoever would rather pass it over catches. `offset + 1` is where to go on another time.
   */
  handler: (event: EventOf<Type>, about: { offset: number }) => Promise<void>
  log?: Log
}

export type Replay = {
  state: () => LinkState
  /** `skipped`: of a type that was not asked for, or that is not known. */
  counts: () => { handled: number; skipped: number; malformed: number }
  /** Waits for the event under way, 10 s at the most. */
  stop: () => Promise<void>
}

const prefetch = 200
const stopWithinMs = 10_000

/** What RabbitMQ calls it ("Streams", x-stream-offset). */
const streamOffset = (from: ReplayFrom) => {
  if (from === 'beginning') return 'first'
  if ('offset' in from) return from.offset
  return { '!': 'timestamp', value: Math.floor(from.time.getTime() / 1_000) }
}

/**
 * Reads the log of all events, as far back as the broker keeps it (30 days or 2 GB), and then what comes. Starts without
 * the broker, comes back by itself and goes on behind the last event handled. A message that is no event is told in the
 * log, counted as `malformed` and passed over: it would be no event the next time either. Offsets hold as long as nobody
 * deletes the log; a replay that sees it deleted goes on with the new one from its beginning.
 */
export const replay = <const Type extends EventType = EventType>(options: ReplayOptions<Type>): Replay => {
  const { url, from, events, handler, log = silent } = options
  const name = `replay of ${eventsLogQueue}`
  const counts = { handled: 0, skipped: 0, malformed: 0 }
  let next: ReplayFrom = from
  let isStopping = false
  let underWay: Promise<void> = Promise.resolve()

  const handle = async (message: ConsumeMessage, offset: number) => {
    const read = readEvent(message.content)
    if (read.kind === 'malformed') {
      counts.malformed += 1
      log.error({ name, offset, message_id: message.properties.messageId, why: read.why }, 'a message fits no schema')
    } else if (read.kind === 'unknown' || (events && !(events as readonly string[]).includes(read.event.type))) {
      counts.skipped += 1
    } else {
      await handler(read.event as EventOf<Type>, { offset })
      counts.handled += 1
    }
  }

  /** Said, and no reason to stop: the log cannot give back what it has thrown away. */
  const noteGap = (offset: number) => {
    if (typeof next !== 'object' || !('offset' in next) || offset <= next.offset) return
    log.warn({ name, expected: next.offset, offset }, 'the log no longer holds what lies between')
  }

  const take = (channel: Channel, lost: Lost) => {
    let isOver = false
    const takeOne = async (message: ConsumeMessage) => {
      if (isOver || isStopping) return
      const offset = Number(message.properties.headers?.['x-stream-offset'])
      try {
        noteGap(offset)
        await handle(message, offset)
        next = { offset: offset + 1 }
        channel.ack(message)
      } catch (error) {
        // What was handed over behind it must wait: a new connection begins with it again.
        isOver = true
        log.warn({ name, offset, err: error }, 'an event was not handled; it comes again')
        lost(asError(error))
      }
    }
    return (message: ConsumeMessage | null) => {
      underWay = underWay.then(async () => {
        if (message !== null) return await takeOne(message)
        // Somebody deleted the log. A new one counts from 0 and holds nothing that was handled.
        next = 'beginning'
        lost(new Error('the broker cancelled the consumer'))
      })
    }
  }

  const link = startBrokerLink({
    url,
    name,
    log,
    setUp: async (connection, lost) => {
      // What the connection before still has in hand is handled first: it decides where this one begins.
      await underWay
      const channel = await connection.createChannel()
      watchChannel(channel, lost)
      await channel.prefetch(prefetch)
      await channel.consume(eventsLogQueue, take(channel, lost), {
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
        await within(stopWithinMs, 'stopping', underWay)
      } catch (error) {
        log.warn({ name, err: error }, 'stopped with an event under way')
      } finally {
        await link.stop()
      }
    },
  }
}
