import { eventsExchange } from '@gatehouse/contracts'
import type { ConfirmChannel } from 'amqplib'

export type Message = { id: string; type: string; body: string }

export const inFlight = 500

/** Publishes with amqplib as users do: persistent, mandatory, with a limited number of unconfirmed messages. */
export const publishRaw = async (channel: ConfirmChannel, messages: Message[]) => {
  const { promise: allConfirmed, resolve, reject } = Promise.withResolvers<void>()
  let sent = 0
  let confirmed = 0
  const sendNext = () => {
    const message = messages[sent]
    if (!message) return
    sent += 1
    const options = { persistent: true, mandatory: true, messageId: message.id }
    channel.publish(eventsExchange, message.type, Buffer.from(message.body), options, (error: unknown) => {
      if (error) return reject(error instanceof Error ? error : new Error('the broker refused a message'))
      confirmed += 1
      if (confirmed === messages.length) return resolve()
      sendNext()
    })
  }
  const onReturn = () => reject(new Error('a message found no queue'))
  channel.on('return', onReturn)
  for (let it = 0; it < inFlight; it += 1) sendNext()
  await allConfirmed.finally(() => channel.off('return', onReturn))
}
