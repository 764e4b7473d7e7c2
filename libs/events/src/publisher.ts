import { cloudEventContentType, eventsExchange, type Heartbeat, heartbeatKey } from '@gatehouse/contracts'
import type { ConfirmChannel, Message } from 'amqplib'
import { asError } from './as-error.ts'
import { type LinkState, type Log, type Lost, startBrokerLink, watchChannel } from './broker-link.ts'
import { assertTopology } from './topology.ts'

export type OutgoingEvent = { id: string; type: string; body: string }
/** `returned`: no queue took it. `failed`: refused, or not known; it may or may not have arrived. */
export type Outcome = 'confirmed' | 'returned' | 'failed'

export type Publisher = {
  /** Publishes in this order, all in flight at once. @returns the outcome of each, within 5 s; never rejects */
  publishAll: (events: OutgoingEvent[]) => Promise<Outcome[]>
  /**
   * Not mandatory, not kept, and one at a time: where the broker does not confirm, heartbeats must not pile up.
   * @returns whether it was sent
   */
  publishHeartbeat: (heartbeat: Heartbeat) => boolean
  state: () => LinkState
  stop: () => Promise<void>
}

type Options = { url: string; name: string; log: Log }
type Open = { channel: ConfirmChannel; lost: Lost; returned: Set<string>; heartbeatSentAt: number | null }

const confirmWithinMs = 5_000

const propertiesOf = ({ id, type }: OutgoingEvent) => ({
  persistent: true,
  mandatory: true,
  messageId: id,
  type,
  contentType: cloudEventContentType,
  timestamp: Math.floor(Date.now() / 1000),
})

/**
 * Publishes events, persistent and mandatory, on a confirm channel of its own connection. It starts without the broker
 * and never rejects: what does not arrive is `failed`, and `state()` and the log say why.
 */
export const startPublisher = ({ url, name, log }: Options): Publisher => {
  let open: Open | null = null

  const link = startBrokerLink({
    url,
    name,
    log,
    setUp: async (connection, lost) => {
      const channel = await connection.createConfirmChannel()
      watchChannel(channel, lost)
      const returned = new Set<string>()
      channel.on('return', (message: Message) => void returned.add(String(message.properties.messageId)))
      await assertTopology(channel)
      open = { channel, lost, returned, heartbeatSentAt: null }
    },
    onLost: () => {
      open = null
    },
  })

  /** Calls back once the broker has decided, or the channel died before that. */
  const publish = ({ channel, returned }: Open, event: OutgoingEvent, decided: (outcome: Outcome) => void) => {
    channel.publish(eventsExchange, event.type, Buffer.from(event.body), propertiesOf(event), (error: unknown) => {
      // RabbitMQ returns an unroutable message first and acks it then: an ack alone is no delivery.
      if (error) return decided('failed')
      decided(returned.delete(event.id) ? 'returned' : 'confirmed')
    })
  }

  /** @returns once all are decided, or not in time, or publishing throws because the channel closed this instant */
  const publishInto = (outcomes: Outcome[], now: Open, events: OutgoingEvent[]) =>
    new Promise<void>((resolve) => {
      let undecided = events.length
      const giveUp = (reason: Error) => {
        // While an alarm blocks us confirms do not come, and a new connection would not change that.
        if (!link.state().blocked) now.lost(reason)
        clearTimeout(expiry)
        resolve()
      }
      const expiry = setTimeout(() => giveUp(new Error('confirms did not come')), confirmWithinMs)
      try {
        for (const [at, event] of events.entries()) {
          publish(now, event, (outcome) => {
            outcomes[at] = outcome
            undecided -= 1
            if (undecided > 0) return
            clearTimeout(expiry)
            resolve()
          })
        }
      } catch (error) {
        giveUp(asError(error))
      }
    })

  return {
    publishAll: async (events) => {
      const outcomes = events.map((): Outcome => 'failed')
      const now = open
      if (!now || link.state().blocked || events.length === 0) return outcomes
      await publishInto(outcomes, now, events)
      // The log takes everything, so it must be gone: setting up anew brings it back.
      if (outcomes.includes('returned')) now.lost(new Error('a message found no queue'))
      return [...outcomes]
    },

    publishHeartbeat: (heartbeat) => {
      const now = open
      if (!now || link.state().blocked) return false
      if (now.heartbeatSentAt !== null) {
        const isFrozen = performance.now() - now.heartbeatSentAt > confirmWithinMs
        if (isFrozen) now.lost(new Error('a heartbeat was not confirmed'))
        return false
      }
      now.heartbeatSentAt = performance.now()
      try {
        const body = Buffer.from(JSON.stringify(heartbeat))
        now.channel.publish(eventsExchange, heartbeatKey, body, { contentType: 'application/json' }, () => {
          now.heartbeatSentAt = null
        })
        return true
      } catch (error) {
        now.lost(asError(error))
        return false
      }
    },

    state: link.state,
    stop: link.stop,
  }
}
