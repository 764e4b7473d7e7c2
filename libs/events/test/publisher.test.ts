import { cloudEventContentType, eventsExchange, eventsLogQueue } from '@gatehouse/contracts'
import { eventually } from '@gatehouse/testkit'
import type { ConsumeMessage } from 'amqplib'
import { describe, expect, it } from 'vitest'
import { anEvent, outgoing, testConnection, testPublisher, testVhost } from './broker.ts'

const connected = (publisher: ReturnType<typeof testPublisher>) =>
  eventually(() => expect(publisher.state()).toMatchObject({ connected: true, lastError: null }))

describe('the publisher', () => {
  it('reports a message without a queue as returned, and declares the log again', async () => {
    const vhost = await testVhost()
    const publisher = testPublisher(vhost.identityUrl)
    await connected(publisher)
    expect(await publisher.publishAll([outgoing(anEvent())])).toEqual(['confirmed'])

    const channel = await (await testConnection(vhost.url)).createChannel()
    await channel.deleteQueue(eventsLogQueue)
    expect(await publisher.publishAll([outgoing(anEvent()), outgoing(anEvent())])).toEqual(['returned', 'returned'])
    await eventually(() => expect(publisher.state()).toMatchObject({ connected: true, reconnects: 1 }))
    expect(await publisher.publishAll([outgoing(anEvent())])).toEqual(['confirmed'])
  })

  it('reconnects when the exchange is deleted', async () => {
    const vhost = await testVhost()
    const publisher = testPublisher(vhost.identityUrl)
    await connected(publisher)
    const channel = await (await testConnection(vhost.url)).createChannel()
    await channel.deleteExchange(eventsExchange)
    expect(await publisher.publishAll([outgoing(anEvent())])).toEqual(['failed'])
    await eventually(async () => expect(await publisher.publishAll([outgoing(anEvent())])).toEqual(['confirmed']))
  })

  it('reports a log with other arguments, and continues once it is deleted', async () => {
    const vhost = await testVhost()
    const channel = await (await testConnection(vhost.url)).createChannel()
    await channel.assertQueue(eventsLogQueue, { durable: true, arguments: { 'x-queue-type': 'quorum' } })
    const publisher = testPublisher(vhost.identityUrl)
    await eventually(() => expect(publisher.state().lastError).toMatch(/PRECONDITION_FAILED.*gatehouse\.events\.log/))
    expect(await publisher.publishAll([outgoing(anEvent())])).toEqual(['failed'])
    await channel.deleteQueue(eventsLogQueue)
    await connected(publisher)
  })

  it('publishes persistent messages with id and type of the event, and transient heartbeats', async () => {
    const vhost = await testVhost()
    const publisher = testPublisher(vhost.identityUrl)
    await connected(publisher)
    const channel = await (await testConnection(vhost.url)).createChannel()
    const { queue } = await channel.assertQueue('tap', { exclusive: true })
    await channel.bindQueue(queue, eventsExchange, '#')
    const seen: ConsumeMessage[] = []
    await channel.consume(queue, (message) => void (message && seen.push(message)), { noAck: true })

    const event = anEvent()
    await publisher.publishAll([outgoing(event)])
    expect(publisher.publishHeartbeat({ as_of: 1, sent_at: 2 })).toBe(true)
    const [first, second] = await eventually(() => {
      expect(seen).toHaveLength(2)
      return seen
    })
    expect(first?.properties).toMatchObject({
      messageId: event.id,
      type: event.type,
      deliveryMode: 2,
      contentType: cloudEventContentType,
      timestamp: expect.any(Number),
    })
    expect(first?.fields.routingKey).toBe(event.type)
    expect(JSON.parse(String(first?.content))).toEqual(event)
    expect(second?.properties.deliveryMode).not.toBe(2)
    expect(JSON.parse(String(second?.content))).toEqual({ as_of: 1, sent_at: 2 })
  })

  it('keeps the order of a full batch', async () => {
    const vhost = await testVhost()
    const publisher = testPublisher(vhost.identityUrl)
    await connected(publisher)
    const channel = await (await testConnection(vhost.url)).createChannel()
    const { queue } = await channel.assertQueue('tap', { exclusive: true })
    await channel.bindQueue(queue, eventsExchange, 'user.#')
    const seen: unknown[] = []
    await channel.consume(queue, (message) => void seen.push(message?.properties.messageId), { noAck: true })
    const events = Array.from({ length: 500 }, (_, at) => anEvent(at + 1))
    const outcomes = await publisher.publishAll(events.map(outgoing))
    expect(new Set(outcomes)).toEqual(new Set(['confirmed']))
    await eventually(() => expect(seen).toEqual(events.map((it) => it.id)))
  })
})
