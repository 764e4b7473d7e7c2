import { randomUUID } from 'node:crypto'
import { eventsExchange, type GatehouseEvent, type Heartbeat, heartbeatKey } from '@gatehouse/contracts'
import type { ConsumeMessage } from 'amqplib'
import { asError } from './as-error.ts'
import { type LinkState, type Log, type Reconnect, startBrokerLink, watchChannel } from './broker-link.ts'
import { readEvent, readHeartbeat } from './read-message.ts'

type Options = {
  url: string
  name: string
  log: Log
  /** The queue is `<prefix>.<uuid>`, exclusive to this process; the broker deletes it with the connection. */
  queuePrefix: string
  /** Handlers are synchronous, which keeps the order. When one throws, its message is lost and a new epoch begins: see `onBound`. */
  onEvent: (event: GatehouseEvent) => void
  onHeartbeat: (heartbeat: Heartbeat) => void
  /**
   * Begin a new epoch: from now on no event is missed, but earlier ones may have been. Called once a new queue is bound and
   * consumed, before its first message is handled.
   */
  onBound: () => void
  /** Begin a new epoch: an event of a known type could not be parsed, so its content is lost. */
  onMalformed?: () => void
}

export type EventConsumer = {
  state: () => LinkState
  /** Messages since the start. `unknown`: of an unknown type. `notUnderstood`: invalid. */
  counts: () => { applied: number; heartbeats: number; unknown: number; notUnderstood: number }
  stop: () => Promise<void>
}

// Without heartbeats either the binding is gone or the relay has no leader. A new queue repairs the first and is harmless in
// the second case.
const maxSilenceMs = 10_000

/**
 * Passes events and heartbeats to a process as they happen, in order. It starts while the broker is down, and retries until
 * identity has declared the exchange.
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
  let lastMessageAt = 0
  let silenceTimer: NodeJS.Timeout | undefined
  const counts = { applied: 0, heartbeats: 0, unknown: 0, notUnderstood: 0 }

  const reportMalformed = ({ fields, properties }: ConsumeMessage, why: string) => {
    counts.notUnderstood += 1
    const details = { name, routing_key: fields.routingKey, message_id: properties.messageId, why }
    log.warn(details, 'invalid message')
  }

  const handleHeartbeat = (message: ConsumeMessage) => {
    const read = readHeartbeat(message.content)
    if (read.kind === 'malformed') return reportMalformed(message, read.why)
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
    reportMalformed(message, read.why)
    onMalformed?.()
  }

  const consume = (reconnect: Reconnect) => {
    let isBound = false
    let hasFailed = false
    lastMessageAt = performance.now()
    silenceTimer = setInterval(() => {
      if (performance.now() - lastMessageAt > maxSilenceMs) reconnect(new Error(`no message for ${maxSilenceMs} ms`))
    }, 1_000)
    const bound = () => {
      if (!isBound) onBound()
      isBound = true
    }
    const handle = (message: ConsumeMessage | null) => {
      // A heartbeat after a lost message would wrongly report that everything was received.
      if (hasFailed) return
      if (message === null) return reconnect(new Error('the broker cancelled the consumer'))
      try {
        lastMessageAt = performance.now()
        bound() // the first message may arrive before the reply to `consume`
        if (message.fields.routingKey === heartbeatKey) handleHeartbeat(message)
        else handleEvent(message)
      } catch (error) {
        hasFailed = true
        log.error({ name, err: error }, 'a handler failed; reconnecting with a new queue')
        reconnect(asError(error))
      }
    }
    return { bound, handle }
  }

  const link = startBrokerLink({
    url,
    name,
    log,
    setUp: async (connection, reconnect) => {
      const channel = await connection.createChannel()
      watchChannel(channel, reconnect)
      const { queue } = await channel.assertQueue(`${queuePrefix}.${randomUUID()}`, {
        exclusive: true,
        autoDelete: true,
        durable: false,
      })
      // One binding for events and heartbeats, so a lost binding shows as missing heartbeats.
      await channel.bindQueue(queue, eventsExchange, '#')
      const { bound, handle } = consume(reconnect)
      // No acks: the consumer's state lives in memory, and a new queue starts a new epoch.
      await channel.consume(queue, handle, { noAck: true })
      bound()
    },
    onDisconnected: () => clearInterval(silenceTimer),
  })

  return { state: link.state, counts: () => ({ ...counts }), stop: link.stop }
}
