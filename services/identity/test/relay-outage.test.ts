import { setTimeout as delay } from 'node:timers/promises'
import { migrate } from '@gatehouse/migrations'
import { createTestDatabase, eventually, startPostgres, startRabbitMq } from '@gatehouse/testkit'
import { connect } from 'amqplib'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { anEvent, openOutbox, readLog, startTestRelay } from './start-test-relay.ts'

/** A broker that only this file knows, since it stops, freezes and chokes it. */
let rabbit: Awaited<ReturnType<typeof startRabbitMq>>
beforeAll(async () => {
  rabbit = await startRabbitMq()
  // RabbitMQ 4.0 that is killed in the second in which its very first stream was declared never finds that again.
  await declareFirstStream((await rabbit.createVhost()).url)
  await delay(1_500)
}, 60_000)
afterAll(() => rabbit.stop())

const declareFirstStream = async (url: string) => {
  const connection = await connect(url)
  const channel = await connection.createChannel()
  await channel.assertQueue('first', { durable: true, arguments: { 'x-queue-type': 'stream' } })
  await connection.close()
}

const start = async () => {
  const [database, vhost] = await Promise.all([createTestDatabase({ migrate }), rabbit.createVhost()])
  onTestFinished(() => database.drop())
  const outbox = openOutbox(database.superuserUrl)
  const relay = startTestRelay(database.serviceUrl, vhost.identityUrl)
  await eventually(() => {
    expect(relay.state().leads).toBe(true)
    expect(relay.publisher.state().connected).toBe(true)
  })
  const appended: string[] = []
  const append = async (count: number) => {
    const events = Array.from({ length: count }, (_, at) => anEvent({ subject: `user ${at % 9}`, sequence: at + 1 }))
    await outbox.append(...events)
    appended.push(...events.map((it) => it.id))
  }
  const drained = (withinMs: number) =>
    eventually(async () => expect(await outbox.unsent()).toEqual([]), { withinMs, everyMs: 20 })
  /** Every event once or more, each first in its place: nothing lost, nothing out of order. */
  const expectAllInLog = async () => expect([...new Set(await readLog(vhost.url))]).toEqual(appended)
  return { outbox, relay, append, drained, expectAllInLog }
}

describe('relay without its broker', () => {
  it('delivers everything after the broker was killed with a thousand events in flight', async () => {
    const { outbox, relay, append, drained, expectAllInLog } = await start()
    await append(500)
    const killed = rabbit.kill()
    await append(500)
    await killed
    await append(200) // writes succeed all the same
    await eventually(() => expect(relay.publisher.state()).toMatchObject({ connected: false }))
    expect((await outbox.unsent()).length).toBeGreaterThanOrEqual(200)
    expect(relay.state()).toMatchObject({ leads: true, lastError: null })
    await rabbit.start()
    await eventually(() => expect(relay.publisher.state().connected).toBe(true), { withinMs: 20_000 })
    await drained(5_000)
    await expectAllInLog()
  }, 60_000)

  it('is back within 3 s of the end of an orderly stop', async () => {
    const { relay, append, drained, expectAllInLog } = await start()
    await append(10)
    await drained(2_000)
    await rabbit.stopApp()
    await append(1_000)
    await eventually(() => expect(relay.publisher.state().connected).toBe(false))
    await rabbit.startApp()
    await eventually(() => expect(relay.publisher.state().connected).toBe(true), { withinMs: 3_000 })
    await drained(5_000)
    await expectAllInLog()
  }, 60_000)

  it('notices a frozen broker, and delivers when it thaws', async () => {
    const { relay, append, drained, expectAllInLog } = await start()
    await append(10)
    await drained(2_000)
    await rabbit.pause()
    try {
      await append(100)
      await eventually(() => expect(relay.publisher.state().connected).toBe(false), { withinMs: 7_000 })
    } finally {
      await rabbit.unpause()
    }
    await eventually(() => expect(relay.publisher.state().connected).toBe(true), { withinMs: 3_000 })
    await drained(5_000)
    await expectAllInLog()
  }, 60_000)

  it('finishes stopping though a batch waits for its confirms', async () => {
    const { relay, append, drained } = await start()
    await append(10)
    await drained(2_000)
    await rabbit.pause()
    try {
      await append(100)
      await eventually(() => expect(relay.publisher.state().connected).toBe(true))
      const before = performance.now()
      await relay.stop()
      // It does not wait the 5 s that confirms may take.
      expect(performance.now() - before).toBeLessThan(4_500)
      expect(relay.state().leads).toBe(false)
    } finally {
      await rabbit.unpause()
    }
  }, 60_000)

  it('says that an alarm blocks it, keeps its connection, and delivers when the alarm is over', async () => {
    const { relay, append, drained, expectAllInLog } = await start()
    await append(10)
    await drained(2_000)
    await rabbit.startAlarm()
    try {
      await append(100)
      await eventually(() => expect(relay.publisher.state()).toMatchObject({ connected: true, blocked: true }))
      expect(await relay.metric('outbox_broker_blocked')).toBe(1)
      await append(100)
    } finally {
      await rabbit.endAlarm()
    }
    await drained(10_000)
    expect(relay.publisher.state()).toMatchObject({ blocked: false, reconnects: 0 })
    await expectAllInLog()
  }, 60_000)
})

describe('relay without its database', () => {
  it('leads again after Postgres was killed and after it was frozen, and has lost nothing', async () => {
    const postgres = await startPostgres()
    onTestFinished(() => postgres.stop())
    const owner = new URL(`postgres://${postgres.address.host}:${postgres.address.port}/postgres`)
    owner.username = 'postgres'
    owner.password = postgres.address.superuserPassword
    await migrate(owner.href)
    const vhost = await rabbit.createVhost()
    const outbox = openOutbox(owner.href)
    const relay = startTestRelay(owner.href, vhost.identityUrl)
    const leads = (withinMs: number) => eventually(() => expect(relay.state().leads).toBe(true), { withinMs })
    await leads(5_000)
    const events = [anEvent(), anEvent(), anEvent()]
    const [first, second, third] = events
    if (!first || !second || !third) throw new Error('three events')
    await outbox.append(first)

    await postgres.kill()
    await eventually(() => expect(relay.state()).toMatchObject({ leads: false, lastError: expect.any(String) }))
    await postgres.start()
    await leads(10_000)
    await outbox.append(second)

    await postgres.pause()
    await eventually(() => expect(relay.state().leads).toBe(false))
    await postgres.unpause()
    await leads(3_000)
    await outbox.append(third)
    await eventually(async () => expect(await outbox.unsent()).toEqual([]))
    expect(new Set(await readLog(vhost.url))).toEqual(new Set(events.map((it) => it.id)))
  }, 90_000)
})
