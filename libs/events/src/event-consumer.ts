import { randomUUID } from 'node:crypto'
import { eventsExchange, type GatehouseEvent, type Heartbeat, heartbeatKey } from '@gatehouse/contracts'
import type { ConsumeMessage } from 'amqplib'
import { asError } from './as-error.ts'
import { type LinkState, type Log, type Lost, startBrokerLink, watchChannel } from './broker-link.ts'
import { readEvent, readHeartbeat } from './read-message.ts'

type Options = {
  url: string
  name: string
  log: Log
  /** The queue is `<prefix>.<uuid>`, for this process alone; the broker deletes it with the connection. */
  queuePrefix: string
  /** Handlers are synchronous, so that order needs no queue. One that throws has missed its message: see `onBound`. */
  onEvent: (event: GatehouseEvent) => void
  onHeartbeat: (heartbeat: Heartbeat) => void
  /**
   * From here on no event is missed, and whatever came before may have been: begin a new epoch. Called when a new queue
   * is bound and consumed, before its first message is handled.
   */
  onBound: () => void
  /** An event of a known type could not be read, so what it says is missed: begin a new epoch here too. */
  onMalformed?: () => void
}

export type EventConsumer = {
  state: () => LinkState
  /** `unknown`: of a type that is not known here. `notUnderstood`: fits no schema. */
  counts: () => { applied: number; heartbeats: number; unknown: number; notUnderstood: number }
  stop: () => Promise<void>
}

// Somebody unbound the queue, or nobody leads the relay: a new queue mends the one and costs nothing in the other case.
const silentMs = 10_000

/**
 * Feeds a process with events and heartbeats as they happen, strictly in order. It starts without the broker, and without
 * the exchanges too: it goes on trying until identity has declared them.
 */
export const startEventConsumer = ({
  url,
  name,
  log,
  queuePrefix,
  onEvent,
  onHeartbeat,
  onBound,
  onMalformed,
}: Options): EventConsumer => {
  let heard = 0
  let silence: NodeJS.Timeout | undefined
  const counts = { applied: 0, heartbeats: 0, unknown: 0, notUnderstood: 0 }

  const noteMalformed = ({ fields, properties }: ConsumeMessage, why: string) => {
    counts.notUnderstood += 1
    const about = { name, routing_key: fields.routingKey, message_id: properties.messageId, why }
    log.warn(about, 'a message fits no schema')
  }

  const handleHeartbeat = (message: ConsumeMessage) => {
    const read = readHeartbeat(message.content)
    if (read.kind === 'malformed') return noteMalformed(message, read.why)
    counts.heartbeats += 1
    onHeartbeat(read.heartbeat)
  }

  const handleEvent = (message: ConsumeMessage) => {
    const read = readEvent(message.content)
    if (read.kind === 'event') {
      counts.applied += 1
      return onEvent(read.event)
    }
    if (read.kind === 'unknown') {
      counts.unknown += 1
      return
    }
    noteMalformed(message, read.why)
    onMalformed?.()
  }

  const consume = (lost: Lost) => {
    let isBound = false
    let isOver = false
    heard = performance.now()
    silence = setInterval(() => {
      if (performance.now() - heard > silentMs) lost(new Error('no heartbeat came for too long'))
    }, 1_000)
    const bound = () => {
      if (!isBound) onBound()
      isBound = true
    }
    const handle = (message: ConsumeMessage | null) => {
      // Once one was missed, a heartbeat behind it must not tell that nothing was.
      if (isOver) return
      if (message === null) return lost(new Error('the broker cancelled the consumer'))
      try {
        heard = performance.now()
        bound() // the first message may be here before the answer to `consume` is
        if (message.fields.routingKey === heartbeatKey) handleHeartbeat(message)
        else handleEvent(message)
      } catch (error) {
        isOver = true
        log.error({ name, err: error }, 'a message was not handled; starting over with a new queue')
        lost(asError(error))
      }
    }
    return { bound, handle }
  }

  const link = startBrokerLink({
    url,
    name,
    log,
    setUp: async (connection, lost) => {
      const channel = await connection.createChannel()
      watchChannel(channel, lost)
      const { queue } = await channel.assertQueue(`${queuePrefix}.${randomUUID()}`, {
        exclusive: true,
        autoDelete: true,
        durable: false,
      })
      // One binding for events and heartbeats: where it is lost, the silence tells.
      await channel.bindQueue(queue, eventsExchange, '#')
      const { bound, handle } = consume(lost)
      // No acks: what a process keeps in memory is lost with it, and a new queue starts a new epoch.
      await channel.consume(queue, handle, { noAck: true })
      bound()
    },
    onLost: () => clearInterval(silence),
  })

  return { state: link.state, counts: () => ({ ...counts }), stop: link.stop }
}
