import { setTimeout as delay } from 'node:timers/promises'
import { cloudEventContentType, eventsExchange, type Heartbeat, heartbeatExchange } from '@gatehouse/contracts'
import type { ConfirmChannel, Message } from 'amqplib'
import { type Log, type Lost, startBrokerLink } from './broker-link.ts'
import { assertTopology } from './topology.ts'

export type OutgoingEvent = { id: string; type: string; body: string }
/** `returned`: no queue took it. `failed`: refused, or not known; it may or may not have arrived. */
export type Outcome = 'confirmed' | 'returned' | 'failed'

type Options = { url: string; name: string; log: Log }
type Open = { channel: ConfirmChannel; lost: Lost; returned: Set<string> }

const confirmWithinMs = 5_000

/** Publishes events, persistent and mandatory, on a confirm channel of its own connection. */
export const startPublisher = ({ url, name, log }: Options) => {
  let open: Open | null = null
  let heartbeatInFlight = false

  const link = startBrokerLink({
    url,
    name,
    log,
    setUp: async (connection, lost) => {
      const channel = await connection.createConfirmChannel()
      const returned = new Set<string>()
      channel.on('error', lost)
      channel.on('close', () => lost(new Error('the channel was closed')))
      channel.on('return', (message: Message) => void returned.add(String(message.properties.messageId)))
      await assertTopology(channel)
      heartbeatInFlight = false
      open = { channel, lost, returned }
    },
    onLost: () => {
      open = null
    },
  })

  const publish = ({ channel, returned }: Open, { id, type, body }: OutgoingEvent) =>
    new Promise<Outcome>((resolve) => {
      const options = {
        persistent: true,
        mandatory: true,
        messageId: id,
        type,
        contentType: cloudEventContentType,
        timestamp: Math.floor(Date.now() / 1000),
      }
      channel.publish(eventsExchange, type, Buffer.from(body), options, (error: unknown) => {
        // RabbitMQ returns an unroutable message first and acks it then: an ack alone is no delivery.
        const wasReturned = returned.delete(id)
        resolve(error ? 'failed' : wasReturned ? 'returned' : 'confirmed')
      })
    })

  return {
    /** Publishes in this order, all in flight at once. @returns the outcome of each, within 5 s; never rejects */
    publishAll: async (events: OutgoingEvent[]): Promise<Outcome[]> => {
      const channelNow = open
      if (!channelNow || link.state().blocked) return events.map(() => 'failed')
      const outcomes = events.map((): Outcome => 'failed')
      const done = new AbortController()
      try {
        const all = events.map(async (event, at) => {
          outcomes[at] = await publish(channelNow, event)
        })
        const expiry = delay(confirmWithinMs, 'expired' as const, { signal: done.signal })
        expiry.catch(() => undefined)
        const ending = await Promise.race([Promise.all(all), expiry])
        // While an alarm blocks us confirms do not come; a new connection would not change that.
        if (ending === 'expired' && !link.state().blocked) channelNow.lost(new Error('confirms did not come'))
      } catch (error) {
        // publish() throws on a channel that closed this instant.
        channelNow.lost(error instanceof Error ? error : new Error(String(error)))
      } finally {
        done.abort()
      }
      return [...outcomes]
    },

    /** One at a time: where the broker does not confirm, heartbeats must not pile up. @returns whether it was sent */
    publishHeartbeat: (heartbeat: Heartbeat) => {
      if (!open || heartbeatInFlight || link.state().blocked) return false
      heartbeatInFlight = true
      try {
        const body = Buffer.from(JSON.stringify(heartbeat))
        open.channel.publish(heartbeatExchange, '', body, { contentType: 'application/json' }, () => {
          heartbeatInFlight = false
        })
        return true
      } catch (error) {
        open?.lost(error instanceof Error ? error : new Error(String(error)))
        return false
      }
    },

    state: link.state,
    stop: link.stop,
  }
}
export type Publisher = ReturnType<typeof startPublisher>
