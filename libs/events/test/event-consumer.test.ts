import { eventsExchange, heartbeatKey } from '@gatehouse/contracts'
import { eventually } from '@gatehouse/testkit'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startEventConsumer } from '../src/event-consumer.ts'
import { anEvent, createTestLog, outgoing, queuesOf, testConnection, testPublisher, testVhost } from './broker.ts'

/** A consumer that records its calls in order. */
const recordingConsumer = (url: string, onEvent: (sequence: number) => void = () => undefined) => {
  const seen: string[] = []
  const log = createTestLog()
  const consumer = startEventConsumer({
    url,
    name: 'test-consumer',
    log,
    queuePrefix: 'gateway.sessions',
    onBound: () => void seen.push('bound'),
    onMalformed: () => void seen.push('malformed'),
    onHeartbeat: ({ as_of }) => void seen.push(`heartbeat ${as_of}`),
    onEvent: (event) => {
      onEvent(event.sequence)
      seen.push(`event ${event.sequence}`)
    },
  })
  onTestFinished(() => consumer.stop())
  return { ...consumer, seen, log }
}

const startBoth = async (onEvent?: (sequence: number) => void) => {
  const vhost = await testVhost()
  const publisher = testPublisher(vhost.identityUrl)
  await eventually(() => expect(publisher.state().connected).toBe(true))
  const consumer = recordingConsumer(vhost.gatewayUrl, onEvent)
  await eventually(() => expect(consumer.state().connected).toBe(true))
  const channel = await (await testConnection(vhost.url)).createChannel()
  return { vhost, publisher, consumer, channel }
}

describe('the event consumer', () => {
  it('calls onBound before any message, and passes events and heartbeats in order', async () => {
    const { publisher, consumer } = await startBoth()
    await publisher.publishAll([outgoing(anEvent(1)), outgoing(anEvent(2))])
    publisher.publishHeartbeat({ as_of: 7, sent_at: 8 })
    await eventually(() => expect(consumer.seen).toEqual(['bound', 'event 1', 'event 2', 'heartbeat 7']))
    await publisher.publishAll([outgoing(anEvent(3))])
    await eventually(() => expect(consumer.seen.at(-1)).toBe('event 3'))
    expect(consumer.counts()).toEqual({ applied: 3, heartbeats: 1, unknown: 0, notUnderstood: 0 })
  })

  it('stays connected for longer than the longest silence while messages arrive', async () => {
    const { publisher, consumer } = await startBoth()
    const startedAt = performance.now()
    let sent = 0
    const untilLonger = () => {
      sent += 1
      publisher.publishHeartbeat({ as_of: sent, sent_at: sent })
      expect(performance.now() - startedAt).toBeGreaterThan(12_000)
    }
    await eventually(untilLonger, { withinMs: 20_000, everyMs: 500 })
    await eventually(() => expect(consumer.seen.at(-1)).toBe(`heartbeat ${sent}`))
    expect(consumer.seen.filter((it) => it === 'bound')).toHaveLength(1)
  })

  it('calls onBound first even if messages are already arriving', async () => {
    const vhost = await testVhost()
    const publisher = testPublisher(vhost.identityUrl)
    await eventually(() => expect(publisher.state().connected).toBe(true))
    let stopped = false
    const flood = (async () => {
      while (!stopped) await publisher.publishAll(Array.from({ length: 50 }, (_, at) => outgoing(anEvent(at + 1))))
    })()
    const consumers = Array.from({ length: 10 }, () => recordingConsumer(vhost.gatewayUrl))
    for (const { seen } of consumers) await eventually(() => expect(seen.length).toBeGreaterThan(10))
    stopped = true
    await flood
    for (const { seen } of consumers) expect(seen.filter((it) => it === 'bound')).toEqual(seen.slice(0, 1))
  })

  it('waits for an exchange that identity has not declared yet', async () => {
    const vhost = await testVhost()
    const consumer = recordingConsumer(vhost.gatewayUrl)
    await eventually(() => expect(consumer.state().lastError).toMatch(/NOT_FOUND.*gatehouse\.events/))
    testPublisher(vhost.identityUrl)
    await eventually(() => expect(consumer.state()).toMatchObject({ connected: true, lastError: null }))
    expect(consumer.seen).toEqual(['bound'])
  })

  it('skips unknown types, reports invalid messages, and continues', async () => {
    const { publisher, consumer, channel } = await startBoth()
    const send = (body: unknown) =>
      channel.publish(
        eventsExchange,
        'user.updated.v1',
        Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
      )
    send({ ...anEvent(), type: 'user.renamed.v9' })
    await eventually(() => expect(consumer.counts()).toMatchObject({ unknown: 1, notUnderstood: 0 }))
    send('no JSON')
    send({ ...anEvent(), sequence: 'first' })
    send('')
    send('null')
    channel.publish(eventsExchange, heartbeatKey, Buffer.from('{"as_of":"now"}'))
    await eventually(() => expect(consumer.counts()).toMatchObject({ unknown: 1, notUnderstood: 5 }))
    await publisher.publishAll([outgoing(anEvent(4))])
    await eventually(() => expect(consumer.seen.at(-1)).toBe('event 4'))
    expect(consumer.seen.filter((it) => it === 'malformed')).toHaveLength(4)
    expect(consumer.seen.filter((it) => it === 'bound')).toHaveLength(1)
    expect(JSON.stringify(consumer.log.entries)).not.toContain('no JSON')
  })

  it('reconnects with a new queue when a handler throws, and handles nothing in between', async () => {
    const { publisher, consumer } = await startBoth((sequence) => {
      if (sequence === 2) throw new Error('cannot apply')
    })
    await publisher.publishAll([1, 2, 3].map((version) => outgoing(anEvent(version))))
    await eventually(() => expect(consumer.state().reconnects).toBe(1))
    await publisher.publishAll([outgoing(anEvent(5))])
    await eventually(() => expect(consumer.seen).toEqual(['bound', 'event 1', 'bound', 'event 5']))
  })

  it('reconnects with a new queue when the exchange and with it the binding was deleted', async () => {
    const { publisher, consumer, channel } = await startBoth()
    const timer = setInterval(() => publisher.publishHeartbeat({ as_of: 1, sent_at: 1 }), 250)
    onTestFinished(() => clearInterval(timer))
    await eventually(() => expect(consumer.seen.at(-1)).toBe('heartbeat 1'))
    await channel.deleteExchange(eventsExchange)
    await eventually(() => expect(consumer.state().reconnects).toBe(1), { withinMs: 15_000 })
    await publisher.publishAll([outgoing(anEvent(9))])
    await eventually(() => expect(consumer.seen).toContain('event 9'))
  })

  it('has an exclusive queue', async () => {
    const { vhost, channel } = await startBoth()
    const [queue = ''] = await queuesOf(vhost.name, 'gateway.sessions.')
    channel.on('error', () => undefined)
    await expect(channel.checkQueue(queue)).rejects.toThrow('RESOURCE_LOCKED')
  })

  it('leaves no queue behind when it stops', async () => {
    const { vhost, consumer } = await startBoth()
    expect(await queuesOf(vhost.name, 'gateway.sessions.')).toHaveLength(1)
    await consumer.stop()
    expect(consumer.state().connected).toBe(false)
    await eventually(async () => expect(await queuesOf(vhost.name, 'gateway.')).toEqual([]))
  })
})
