import { eventsExchange, type GatehouseEvent } from '@gatehouse/contracts'
import type { TestVhost } from '@gatehouse/testkit'
import { connect } from 'amqplib'

/** The time with amqplib alone, from a publisher like the relay's to a consumer like the gateway's. */
export const openRawRoundTrip = async ({ identityUrl, gatewayUrl }: TestVhost) => {
  const publishing = await connect(identityUrl, { noDelay: true })
  const consuming = await connect(gatewayUrl, { noDelay: true })
  const out = await publishing.createConfirmChannel()
  const into = await consuming.createChannel()
  let waiting = { id: '', arrived: (_at: number) => {} }
  const { queue } = await into.assertQueue('gateway.raw', { exclusive: true, durable: false })
  await into.bindQueue(queue, eventsExchange, '#')
  const take = (id: string) => {
    if (id === waiting.id) waiting.arrived(performance.now())
  }
  await into.consume(queue, (message) => take(String(message?.properties.messageId)), { noAck: true })
  return {
    /** @returns the ms from publishing until the consumer has it */
    roundTrip: async (event: GatehouseEvent) => {
      const arrival = new Promise<number>((resolve) => {
        waiting = { id: event.id, arrived: resolve }
      })
      const content = Buffer.from(JSON.stringify(event))
      const startedAt = performance.now()
      out.publish(eventsExchange, event.type, content, { persistent: true, mandatory: true, messageId: event.id })
      return (await arrival) - startedAt
    },
    close: async () => {
      await publishing.close()
      await consuming.close()
    },
  }
}
