import { randomUUID } from 'node:crypto'
import { type EventOf, eventsExchange, type GatehouseEvent } from '@gatehouse/contracts'
import { eventually } from '@gatehouse/testkit'
import { describe, expect, it, onTestFinished } from 'vitest'
import { listDeadLetters, redriveDeadLetters, subscribe } from '../src/events.ts'
import { anEvent, createTestLog, outgoing, testConnection, testPublisher, testVhost } from './broker.ts'

type Updated = EventOf<'user.updated.v1'>
type Handler = (event: Updated, about: { attempt: number }) => Promise<void>

const start = async (handler: Handler, more: { prefetch?: number; retryDelaysMs?: number[] } = {}) => {
  const vhost = await testVhost()
  const publisher = testPublisher(vhost.identityUrl)
  await eventually(() => expect(publisher.state().connected).toBe(true))
  const subscription = () => {
    const options = { retryDelaysMs: [100, 300], ...more, url: vhost.url, queue: 'billing.users', log: createTestLog() }
    const started = subscribe({ ...options, events: ['user.updated.v1'], handler })
    onTestFinished(() => started.stop())
    return started
  }
  const first = subscription()
  await eventually(() => expect(first.state().connected).toBe(true))
  const publish = async (...events: Updated[]) => {
    const outcomes = await publisher.publishAll(events.map(outgoing))
    expect(new Set(outcomes)).toEqual(new Set(['confirmed']))
  }
  return { vhost, first, subscription, publish, queue: { url: vhost.url, queue: 'billing.users' } }
}

describe('a subscription', () => {
  it('acks an event once it is handled, and keeps events while no subscriber runs', async () => {
    const seen: number[] = []
    const { first, subscription, publish } = await start(async (event) => void seen.push(event.sequence))
    await publish(anEvent(1), anEvent(2))
    await eventually(() => expect(seen).toEqual([1, 2]))
    await first.stop()
    await publish(anEvent(3))
    subscription()
    await eventually(() => expect(seen).toEqual([1, 2, 3]))
  })

  it('subscribes to all events when no types are given', async () => {
    const vhost = await testVhost()
    const publisher = testPublisher(vhost.identityUrl)
    const seen: string[] = []
    const handler = async (event: GatehouseEvent) => void seen.push(event.type)
    const subscription = subscribe({ url: vhost.url, queue: 'billing.all', handler })
    onTestFinished(() => subscription.stop())
    await eventually(() => expect([publisher, subscription].every((it) => it.state().connected)).toBe(true))
    const session = { id: randomUUID(), user_id: randomUUID(), client_id: 'cli', revoked_at: null }
    const at = new Date().toISOString()
    const data = { session: { ...session, created_at: at, expires_at: at } }
    const expired = outgoing({ ...anEvent(), type: 'session.expired.v1', data })
    expect(await publisher.publishAll([outgoing(anEvent()), expired])).toEqual(['confirmed', 'confirmed'])
    await eventually(() => expect(seen).toEqual(['user.updated.v1', 'session.expired.v1']))
  })

  it('retries with growing delays without holding up other events, and then stores a dead letter with the reason', async () => {
    const tries: { attempt: number; at: number }[] = []
    const handled: number[] = []
    const { first, publish, queue } = await start(
      async (event, { attempt }) => {
        if (event.sequence !== 666) return void handled.push(event.sequence)
        tries.push({ attempt, at: performance.now() })
        throw new Error('the printer is on fire')
      },
      { prefetch: 1 },
    )
    const poison = anEvent(666)
    await publish(anEvent(1), poison, ...Array.from({ length: 98 }, (_, at) => anEvent(at + 2)))
    await eventually(() => expect(handled).toHaveLength(99))
    await eventually(() => expect(first.counts()).toEqual({ handled: 99, retried: 2, dead: 1 }))
    expect(tries.map((it) => it.attempt)).toEqual([1, 2, 3])
    const [one = 0, two = 0, three = 0] = tries.map((it) => it.at)
    expect(two - one).toBeGreaterThanOrEqual(100)
    expect(three - two).toBeGreaterThanOrEqual(300)
    const [letter, ...others] = await listDeadLetters(queue)
    expect(others).toEqual([])
    expect(letter).toMatchObject({ id: poison.id, type: poison.type, reason: 'the printer is on fire', attempts: 3 })
  })

  it('requeues dead letters with fresh attempts, and listing them removes none', async () => {
    let isBroken = true
    const attempts: number[] = []
    const { publish, queue } = await start(
      async (_event, { attempt }) => {
        attempts.push(attempt)
        if (isBroken) throw new Error('broken')
      },
      { retryDelaysMs: [] },
    )
    const [one, two] = [anEvent(1), anEvent(2)]
    await publish(one, two)
    await eventually(async () => expect(await listDeadLetters(queue)).toHaveLength(2))
    // A listed dead letter returns to its queue a moment later.
    for (let lists = 0; lists < 25; lists += 1)
      await eventually(async () => expect(await listDeadLetters(queue)).toHaveLength(2))
    isBroken = false
    await eventually(async () => expect(await redriveDeadLetters(queue, [one.id])).toBe(1))
    await eventually(async () => expect(await listDeadLetters(queue)).toMatchObject([{ id: two.id }]))
    await eventually(async () => expect(await redriveDeadLetters(queue)).toBe(1))
    await eventually(() => expect(attempts).toEqual([1, 1, 1, 1]))
    expect(await listDeadLetters(queue)).toEqual([])
  })

  it('stores an invalid event as a dead letter, and skips an unknown type', async () => {
    const seen: number[] = []
    const { vhost, publish, queue } = await start(async (event) => void seen.push(event.sequence))
    const channel = await (await testConnection(vhost.url)).createChannel()
    channel.publish(eventsExchange, 'user.updated.v1', Buffer.from('no JSON'), { messageId: 'bad' })
    const unknown = JSON.stringify({ ...anEvent(), type: 'user.updated.v9' })
    channel.publish(eventsExchange, 'user.updated.v1', Buffer.from(unknown))
    await publish(anEvent(7))
    await eventually(() => expect(seen).toEqual([7]))
    const isDeadLetter = async () =>
      expect(await listDeadLetters(queue)).toMatchObject([{ id: 'bad', body: 'no JSON', attempts: 1 }])
    await eventually(isDeadLetter)
  })

  it('finishes events in progress when it stops, and unhandled ones are redelivered', async () => {
    const gate = Promise.withResolvers<void>()
    const seen: string[] = []
    const { first, subscription, publish } = await start(
      async (event) => {
        seen.push(`begins ${event.sequence}`)
        await gate.promise
        seen.push(`ends ${event.sequence}`)
      },
      { prefetch: 1 },
    )
    await publish(anEvent(1), anEvent(2))
    await eventually(() => expect(seen).toEqual(['begins 1']))
    const stopped = first.stop()
    gate.resolve()
    await stopped
    expect(seen).toEqual(['begins 1', 'ends 1'])
    subscription()
    await eventually(() => expect(seen).toEqual(['begins 1', 'ends 1', 'begins 2', 'ends 2']))
  })

  it('declares a deleted queue again', async () => {
    const seen: number[] = []
    const { vhost, first, publish } = await start(async (event) => void seen.push(event.sequence))
    const channel = await (await testConnection(vhost.url)).createChannel()
    await channel.deleteQueue('billing.users')
    await eventually(() => expect(first.state().reconnects).toBe(1))
    await publish(anEvent(5))
    await eventually(() => expect(seen).toEqual([5]))
  })

  it('continues when its connection is lost while an event is in progress', async () => {
    const begun: number[] = []
    const held = Promise.withResolvers<void>()
    const { vhost, first, publish } = await start(async (event) => {
      begun.push(event.sequence)
      if (event.sequence === 5) await held.promise
    })
    // The ack fails because the channel is gone. That must not be an unhandled rejection, which ends the process.
    const unhandled: unknown[] = []
    const note = (reason: unknown) => void unhandled.push(reason)
    process.on('unhandledRejection', note)
    onTestFinished(() => void process.off('unhandledRejection', note))
    await publish(anEvent(5))
    await eventually(() => expect(begun).toEqual([5]))
    const channel = await (await testConnection(vhost.url)).createChannel()
    await channel.deleteQueue('billing.users')
    await eventually(() => expect(first.state()).toMatchObject({ reconnects: 1, connected: true }))
    held.resolve()
    await publish(anEvent(6))
    await eventually(() => expect(begun).toEqual([5, 6]))
    expect(unhandled).toEqual([])
  })
})
