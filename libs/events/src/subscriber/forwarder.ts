import type { ConfirmChannel, Message } from 'amqplib'
import { asError } from '../as-error.ts'
import { type Log, type Lost, startBrokerLink, watchChannel } from '../broker-link.ts'
import { within } from '../within.ts'

type Options = { url: string; name: string; log: Log }
type Open = { channel: ConfirmChannel; lost: Lost; returned: Set<string> }

const confirmWithinMs = 5_000

/** Publishes messages that came to another queue, on a connection of its own: an alarm that blocks it must not block acks. */
export const startForwarder = ({ url, name, log }: Options) => {
  let open: Open | null = null
  let forwarded = 0
  const opened = Promise.withResolvers<void>()
  const link = startBrokerLink({
    url,
    name,
    log,
    setUp: async (connection, lost) => {
      const channel = await connection.createConfirmChannel()
      watchChannel(channel, lost)
      const returned = new Set<string>()
      channel.on('return', ({ properties }) => void returned.add(String(properties.headers?.['x-forwarded'])))
      open = { channel, lost, returned }
      opened.resolve()
    },
    onLost: () => {
      open = null
    },
  })
  const publish = ({ channel, returned }: Open, to: [string, string], message: Message, headers: object) =>
    new Promise<void>((resolve, reject) => {
      forwarded += 1
      const mark = String(forwarded)
      const { contentType, messageId, type, timestamp } = message.properties
      const kept = { contentType, messageId, type, timestamp, persistent: true, mandatory: true }
      const options = { ...kept, headers: { ...message.properties.headers, ...headers, 'x-forwarded': mark } }
      channel.publish(...to, message.content, options, (error: unknown) => {
        if (error) return reject(error instanceof Error ? error : new Error('the broker refused the message'))
        // Returned first and acked then: an ack alone is no delivery.
        if (returned.delete(mark)) return reject(new Error(`no queue takes ${to.join(' ')}`))
        resolve()
      })
    })
  return {
    /** @param to exchange and routing key @throws Error unless the broker has it safe in a queue within 5 s */
    forward: async (to: [string, string], message: Message, headers: object) => {
      if (!open) throw new Error('there is no connection to publish on')
      const now = open
      try {
        await within(confirmWithinMs, 'a confirm', publish(now, to, message, headers))
      } catch (error) {
        if (!link.state().blocked) now.lost(asError(error))
        throw error
      }
    },
    /** @throws Error when there is no connection within 5 s */
    ready: () => within(confirmWithinMs, 'connecting', opened.promise),
    stop: link.stop,
  }
}
