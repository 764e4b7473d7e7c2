import type { ConfirmChannel, Message } from 'amqplib'
import { asError } from '../as-error.ts'
import { type Log, type Reconnect, startBrokerLink, watchChannel } from '../broker-link.ts'
import { withTimeout } from '../with-timeout.ts'

type Options = { url: string; name: string; log: Log }
type OpenChannel = { channel: ConfirmChannel; reconnect: Reconnect; returned: Set<string> }

const confirmWithinMs = 5_000

/** Republishes consumed messages to another queue. It has its own connection, because an alarm that blocks publishing must not block acks. */
export const startForwarder = ({ url, name, log }: Options) => {
  let open: OpenChannel | null = null
  let forwarded = 0
  const opened = Promise.withResolvers<void>()
  const link = startBrokerLink({
    url,
    name,
    log,
    setUp: async (connection, reconnect) => {
      const channel = await connection.createConfirmChannel()
      watchChannel(channel, reconnect)
      const returned = new Set<string>()
      channel.on('return', ({ properties }) => void returned.add(String(properties.headers?.['x-forwarded'])))
      open = { channel, reconnect, returned }
      opened.resolve()
    },
    onDisconnected: () => {
      open = null
    },
  })
  const publish = ({ channel, returned }: OpenChannel, to: [string, string], message: Message, headers: object) =>
    new Promise<void>((resolve, reject) => {
      forwarded += 1
      const forwardId = String(forwarded)
      const { contentType, messageId, type, timestamp } = message.properties
      const kept = { contentType, messageId, type, timestamp, persistent: true, mandatory: true }
      const options = { ...kept, headers: { ...message.properties.headers, ...headers, 'x-forwarded': forwardId } }
      channel.publish(...to, message.content, options, (error: unknown) => {
        if (error) return reject(error instanceof Error ? error : new Error('the broker refused the message'))
        // RabbitMQ returns an unroutable message and then confirms it.
        if (returned.delete(forwardId)) return reject(new Error(`no queue is bound to ${to.join(' ')}`))
        resolve()
      })
    })
  return {
    /** @param to exchange and routing key @throws Error unless the broker confirms within 5 s that a queue has it */
    forward: async (to: [string, string], message: Message, headers: object) => {
      if (!open) throw new Error('not connected to the broker')
      const current = open
      try {
        await withTimeout(confirmWithinMs, 'a confirm', publish(current, to, message, headers))
      } catch (error) {
        if (!link.state().blocked) current.reconnect(asError(error))
        throw error
      }
    },
    /** @throws Error when there is no connection within 5 s */
    ready: () => withTimeout(confirmWithinMs, 'connecting', opened.promise),
    stop: link.stop,
  }
}
