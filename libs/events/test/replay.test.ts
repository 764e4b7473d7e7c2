import { setTimeout as delay } from 'node:timers/promises'
import { eventsExchange, eventsLogQueue, type GatehouseEvent } from '@gatehouse/contracts'
import { eventually, startFaultProxy } from '@gatehouse/testkit'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type ReplayOptions, replay } from '../src/events.ts'
import { anEvent, createTestLog, outgoing, testConnection, testPublisher, testVhost } from './broker.ts'

const start = async () => {
  const vhost = await testVhost()
  const publisher = testPublisher(vhost.identityUrl)
  await eventually(() => expect(publisher.state().connected).toBe(true))
  const publish = async (...events: GatehouseEvent[]) => {
    const outcomes = await publisher.publishAll(events.map(outgoing))
    expect(new Set(outcomes)).toEqual(new Set(['confirmed']))
  }
  const read = (more: Partial<ReplayOptions<GatehouseEvent['type']>> = {}) => {
    const seen: { version: number; offset: number }[] = []
    const log = createTestLog()
    const started = replay({
      url: vhost.url,
      from: 'beginning',
      log,
      handler: async (event, { offset }) => void seen.push({ version: event.sequence, offset }),
      ...more,
    })
    onTestFinished(() => started.stop())
    return { ...started, seen, versions: () => seen.map((it) => it.version), log }
  }
  return { vhost, publish, read }
}
const someEvents = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => anEvent(from + at))

describe('a replay', () => {
  it('starts at the beginning or at an offset, and continues with new events', async () => {
    const { publish, read } = await start()
    await publish(...someEvents(1, 300))
    const all = read()
    await eventually(() => expect(all.versions()).toEqual(someEvents(1, 300).map((it) => it.sequence)))
    const from = all.seen[250]?.offset ?? 0
    const some = read({ from: { offset: from } })
    await eventually(() => expect(some.versions()).toHaveLength(50))
    expect(some.seen[0]).toEqual({ version: 251, offset: from })
    await publish(anEvent(301))
    await eventually(() => expect([all.versions().at(-1), some.versions().at(-1)]).toEqual([301, 301]))
    expect(all.versions()).toHaveLength(301)
  })

  it('starts at a time: with all events since then, and few earlier ones', async () => {
    const { publish, read } = await start()
    for (const version of [1, 2, 3]) await publish(anEvent(version))
    await delay(2_100) // the broker's timestamps are in seconds
    const time = new Date()
    await delay(1_100)
    for (const version of [4, 5]) await publish(anEvent(version))
    const late = read({ from: { time } })
    await eventually(() => expect(late.versions().slice(-2)).toEqual([4, 5]))
    expect(late.versions()).not.toContain(1)
  })

  it('passes on the requested types, and skips an invalid message', async () => {
    const { vhost, publish, read } = await start()
    const channel = await (await testConnection(vhost.url)).createConfirmChannel()
    await publish(anEvent(1))
    channel.publish(eventsExchange, 'user.updated.v1', Buffer.from('no JSON'), { messageId: 'bad' })
    channel.publish(
      eventsExchange,
      'user.eaten.v1',
      Buffer.from(JSON.stringify({ ...anEvent(), type: 'user.eaten.v1' })),
    )
    await channel.waitForConfirms()
    await publish({ ...anEvent(2), type: 'user.created.v1' }, anEvent(3))
    const some = read({ events: ['user.updated.v1'] })
    await eventually(() => expect(some.versions()).toEqual([1, 3]))
    expect(some.counts()).toEqual({ handled: 2, skipped: 2, malformed: 1 })
    const [entry, ...more] = some.log.entries.filter((it) => it.level === 'error')
    expect(entry?.details).toMatchObject({ message_id: 'bad', offset: 1 })
    expect(more).toEqual([])
  })

  it('repeats an event whose handler failed, before any later one', async () => {
    const { publish, read } = await start()
    await publish(...someEvents(1, 20))
    const tries: number[] = []
    const stubborn = read({
      handler: async (event) => {
        tries.push(event.sequence)
        if (event.sequence === 7 && tries.filter((it) => it === 7).length < 3) throw new Error('not yet')
      },
    })
    const expected = [1, 2, 3, 4, 5, 6, 7, 7, ...someEvents(7, 20).map((it) => it.sequence)]
    await eventually(() => expect(tries).toEqual(expected))
    expect(stubborn.counts().handled).toBe(20)
  })

  it('continues after the last event handled when its connection breaks, and handles none twice', async () => {
    const { vhost, publish, read } = await start()
    await publish(...someEvents(1, 100))
    const gate = Promise.withResolvers<void>()
    const seen: number[] = []
    const { hostname: host, port } = new URL(vhost.url)
    const proxy = await startFaultProxy({ target: { host, port: Number(port) } })
    onTestFinished(() => proxy.close())
    const url = new URL(vhost.url)
    Object.assign(url, { host: `${proxy.host}:${proxy.port}` })
    const reader = read({
      url: url.href,
      handler: async (event) => {
        seen.push(event.sequence)
        if (event.sequence === 50) await gate.promise
      },
    })
    await eventually(() => expect(seen).toHaveLength(50))
    proxy.reset()
    await eventually(() => expect(reader.state().connected).toBe(false))
    proxy.pass()
    gate.resolve()
    await publish(anEvent(101))
    await eventually(() => expect(reader.state().reconnects).toBeGreaterThan(0), { withinMs: 10_000 })
    await eventually(() => expect(seen).toEqual(someEvents(1, 101).map((it) => it.sequence)))
  })

  it('reads a recreated log from its beginning', async () => {
    const { vhost, publish, read } = await start()
    const channel = await (await testConnection(vhost.url)).createChannel()
    await publish(...someEvents(1, 3))
    const reader = read()
    await eventually(() => expect(reader.versions()).toEqual([1, 2, 3]))
    await channel.deleteQueue(eventsLogQueue)
    const fourth = anEvent(4)
    // The publisher declares the log again when it finds it missing.
    await eventually(() => publish(fourth))
    await eventually(() => expect(reader.versions()).toEqual([1, 2, 3, 4]), { withinMs: 15_000 })
  })

  it('logs a warning when the log no longer has its starting offset', async () => {
    const { vhost, publish, read } = await start()
    const channel = await (await testConnection(vhost.url)).createChannel()
    // The smallest possible log: the broker deletes whole segments.
    await channel.deleteQueue(eventsLogQueue)
    const small = { 'x-queue-type': 'stream', 'x-max-length-bytes': 20_000, 'x-stream-max-segment-size-bytes': 10_000 }
    await channel.assertQueue(eventsLogQueue, { durable: true, arguments: small })
    await channel.bindQueue(eventsLogQueue, eventsExchange, '*.*.*')
    for (let round = 0; round < 10; round += 1) await publish(...someEvents(round * 20 + 1, round * 20 + 20))
    const reader = read({ from: { offset: 5 } })
    await eventually(() => expect(reader.versions().at(-1)).toBe(200), { withinMs: 10_000 })
    expect(reader.seen[0]?.offset).toBeGreaterThan(5)
    const [entry] = reader.log.entries.filter((it) => it.level === 'warn')
    expect(entry?.details).toMatchObject({ expected: 5, offset: reader.seen[0]?.offset })
  })

  it('finishes the event in progress when it stops, and starts no other', async () => {
    const { publish, read } = await start()
    await publish(...someEvents(1, 5))
    const gate = Promise.withResolvers<void>()
    const seen: string[] = []
    const reader = read({
      handler: async (event) => {
        seen.push(`begins ${event.sequence}`)
        await gate.promise
        seen.push(`ends ${event.sequence}`)
      },
    })
    await eventually(() => expect(seen).toEqual(['begins 1']))
    const stopped = reader.stop()
    gate.resolve()
    await stopped
    expect(seen).toEqual(['begins 1', 'ends 1'])
  })
})
