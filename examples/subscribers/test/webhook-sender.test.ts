import { createHmac, randomBytes } from 'node:crypto'
import { gatehouseEvent } from '@gatehouse/contracts'
import { listDeadLetters } from '@gatehouse/events'
import { eventually } from '@gatehouse/testkit'
import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import { aPerson, openBroker } from './publish-events.ts'
import { startSubscriber } from './subscriber-process.ts'
import { startReceiver } from './webhook-receiver.ts'

const key = randomBytes(32)
const secret = `whsec_${key.toString('base64')}`

const begin = async (answer: Parameters<typeof startReceiver>[0]) => {
  const broker = await openBroker()
  const receiver = await startReceiver(answer)
  const settings = { BROKER_URL: broker.url, WEBHOOK_URL: receiver.url, WEBHOOK_SECRET: secret }
  const start = () => startSubscriber('webhook-sender.ts', 'webhooks.users', settings)
  const receivedOf = ({ id }: { id: string }) => receiver.received.filter((it) => it.headers['webhook-id'] === id)
  return { ...broker, ...receiver, broker, start, receivedOf }
}

describe('the webhook sender', () => {
  it('signs requests as Standard Webhooks specifies', async () => {
    const { publish, start, received } = await begin(() => 204)
    const sender = await start()
    const event = aPerson('ada').is('user.created.v1', 1)
    await publish(event)
    await eventually(() => expect(received).toHaveLength(1))
    const [{ headers = {}, body = '' } = {}] = received
    expect(gatehouseEvent.parse(new Webhook(secret).verify(body, headers))).toEqual(event)
    expect(JSON.parse(body)).toMatchObject({ type: event.type, timestamp: event.time, data: event.data })
    // Computed from the specification, without the library.
    const signed = createHmac('sha256', key).update(`${event.id}.${headers['webhook-timestamp']}.${body}`)
    expect(headers['webhook-signature']).toBe(`v1,${signed.digest('base64')}`)
    expect(() => new Webhook(`whsec_${randomBytes(32).toString('base64')}`).verify(body, headers)).toThrow()
    await sender.stop()
  })

  it('retries what was refused, redirected or not answered, without holding up other events', async () => {
    const ada = aPerson('ada')
    const [refused, redirected, hung] = [1, 2, 3].map((version) => ada.is('user.updated.v1', version))
    if (!refused || !redirected || !hung) throw new Error('three events')
    const { publish, start, received, receivedOf } = await begin(({ headers }, nth) => {
      if (headers['webhook-id'] === refused.id) return nth < 2 ? 500 : 200
      if (headers['webhook-id'] === redirected.id) return nth < 1 ? 307 : 200
      if (headers['webhook-id'] === hung.id) return nth < 1 ? null : 200
      return 204
    })
    const sender = await start()
    const swift = ada.is('user.updated.v1', 4)
    await publish(refused, redirected, hung, swift)
    await eventually(() => expect(receivedOf(swift)).toHaveLength(1), { withinMs: 1_000 })
    const all = () => [refused, redirected, hung, swift].map((it) => receivedOf(it).length)
    await eventually(() => expect(all()).toEqual([3, 2, 2, 1]), { withinMs: 20_000 })
    // Redirects are not followed, so the receiver cannot change where events go.
    expect(new Set(received.map((it) => it.path))).toEqual(new Set(['/hook']))
    for (const { body, headers } of received) expect(() => new Webhook(secret).verify(body, headers)).not.toThrow()
    await sender.stop()
  })

  it('sends an event again with the same id when it was killed while sending', async () => {
    const { publish, start, broker, receivedOf } = await begin((_received, nth) => (nth === 0 ? null : 200))
    const event = aPerson('ada').is('user.created.v1', 1)
    const first = await start()
    await publish(event)
    await eventually(() => expect(receivedOf(event)).toHaveLength(1))
    await first.kill()
    const second = await start()
    await eventually(() => expect(receivedOf(event)).toHaveLength(2), { withinMs: 10_000 })
    await second.stop()
    expect(await listDeadLetters({ url: broker.url, queue: 'webhooks.users' })).toEqual([])
  })
})
