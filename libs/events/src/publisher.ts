import { cloudEventContentType, eventsExchange, type Heartbeat, heartbeatKey } from '@gatehouse/contracts'
import type { ConfirmChannel, Message } from 'amqplib'
import { asError } from './as-error.ts'
import { type LinkState, type Log, type Reconnect, startBrokerLink, watchChannel } from './broker-link.ts'
import { assertTopology } from './topology.ts'

export type OutgoingEvent = { id: string; type: string; body: string }
/** `returned`: no queue is bound for it. `failed`: refused, or without a confirm; it may or may not have arrived. */
export type Outcome = 'confirmed' | 'returned' | 'failed'

export type Publisher = {
  /** Publishes all at once, in this order. @returns the outcome of each, within 5 s; never rejects */
  publishAll: (events: OutgoingEvent[]) => Promise<Outcome[]>
  /**
   * Neither mandatory nor persistent. Sends nothing while the previous heartbeat is unconfirmed, so that they do not pile up.
   * @returns whether it was sent
   */
  publishHeartbeat: (heartbeat: Heartbeat) => boolean
  state: () => LinkState
  stop: () => Promise<void>
}

type Options = { url: string; name: string; log: Log }
type OpenChannel = {
  channel: ConfirmChannel
  reconnect: Reconnect
  returned: Set<string>
  heartbeatSentAt: number | null
}

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
 * Publishes persistent, mandatory messages on a confirm channel of its own connection. It starts while the broker is down.
 * `state()` and the log have the reason for outcomes other than `confirmed`.
 */
export const startPublisher = ({ url, name, log }: Options): Publisher => {
  let open: OpenChannel | null = null

  const link = startBrokerLink({
    url,
    name,
    log,
    setUp: async (connection, reconnect) => {
      const channel = await connection.createConfirmChannel()
      watchChannel(channel, reconnect)
      const returned = new Set<string>()
      channel.on('return', (message: Message) => void returned.add(String(message.properties.messageId)))
      await assertTopology(channel)
      open = { channel, reconnect, returned, heartbeatSentAt: null }
    },
    onDisconnected: () => {
      open = null
    },
  })

  /** Calls back when the broker has confirmed or refused the message, or the channel has closed. */
  const publish = ({ channel, returned }: OpenChannel, event: OutgoingEvent, decided: (outcome: Outcome) => void) => {
    channel.publish(eventsExchange, event.type, Buffer.from(event.body), propertiesOf(event), (error: unknown) => {
      // RabbitMQ returns an unroutable message and then confirms it, so a confirm alone does not mean delivery.
      if (error) return decided('failed')
      decided(returned.delete(event.id) ? 'returned' : 'confirmed')
    })
  }

  /** Resolves when every outcome is known, the time is over, or the channel turns out to be closed. */
  const publishInto = (outcomes: Outcome[], current: OpenChannel, events: OutgoingEvent[]) =>
    new Promise<void>((resolve) => {
      let undecided = events.length
      const giveUp = (reason: Error) => {
        // While an alarm blocks publishing no confirms come, on a new connection either.
        if (!link.state().blocked) current.reconnect(reason)
        clearTimeout(expiry)
        resolve()
      }
      const expiry = setTimeout(() => giveUp(new Error('confirms did not come')), confirmWithinMs)
      try {
        for (const [at, event] of events.entries()) {
          publish(current, event, (outcome) => {
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
      const current = open
      if (!current || link.state().blocked || events.length === 0) return outcomes
      await publishInto(outcomes, current, events)
      // The log of events takes every event, so it must have been deleted. Reconnecting declares it again.
      if (outcomes.includes('returned')) current.reconnect(new Error('a message found no queue'))
      return [...outcomes]
    },

    publishHeartbeat: (heartbeat) => {
      const current = open
      if (!current || link.state().blocked) return false
      if (current.heartbeatSentAt !== null) {
        const isFrozen = performance.now() - current.heartbeatSentAt > confirmWithinMs
        if (isFrozen) current.reconnect(new Error('a heartbeat was not confirmed'))
        return false
      }
      current.heartbeatSentAt = performance.now()
      try {
        const body = Buffer.from(JSON.stringify(heartbeat))
        current.channel.publish(eventsExchange, heartbeatKey, body, { contentType: 'application/json' }, () => {
          current.heartbeatSentAt = null
        })
        return true
      } catch (error) {
        current.reconnect(asError(error))
        return false
      }
    },

    state: link.state,
    stop: link.stop,
  }
}
