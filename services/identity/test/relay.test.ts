import { eventsExchange, eventsLogQueue, everyEvent } from '@gatehouse/contracts'
import { eventually } from '@gatehouse/testkit'
import { describe, expect, it } from 'vitest'
import { openLeaderConnection } from '../src/outbox/leader-connection.ts'
import { anEvent, readLog, startTestOutbox } from './start-test-relay.ts'

/** A queue that takes nothing makes the broker refuse (nack) what is routed to it. */
const refuse = async (channel: Awaited<ReturnType<typeof startTestOutbox>>['broker']['channel'], type: string) => {
  const full = { arguments: { 'x-max-length': 0, 'x-overflow': 'reject-publish' } }
  const { queue } = await channel.assertQueue('full', full)
  await channel.bindQueue(queue, eventsExchange, type)
  return () => channel.deleteQueue(queue)
}

const middle = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]

describe('relay', () => {
  it('publishes what was committed within milliseconds of the hint, and marks it sent', async () => {
    const { outbox, broker } = await startTestOutbox()
    const waits: number[] = []
    for (let round = 0; round < 30; round += 1) {
      const event = anEvent()
      await outbox.append(event)
      const committedAt = performance.now()
      const arrived = await eventually(
        () => {
          const found = broker.events.find((it) => it.id === event.id)
          expect(found).toBeDefined()
          return found
        },
        { everyMs: 1 },
      )
      waits.push((arrived?.arrivedAt ?? 0) - committedAt)
    }
    // The poll would take 250 ms in the middle: it was the hint. Measured 1.5 ms.
    expect(middle(waits)).toBeLessThan(200)
    await eventually(async () => expect(await outbox.unsent()).toEqual([]))
    expect(broker.events).toHaveLength(30)
  })

  it('delivers by the poll what no hint announced', async () => {
    const { outbox, broker } = await startTestOutbox()
    const event = anEvent()
    await outbox.insert(outbox.pool, event)
    await eventually(() => expect(broker.received()).toEqual([event.id]))
  })

  it('publishes nothing of a transaction that is rolled back', async () => {
    const { outbox, broker } = await startTestOutbox()
    const client = await outbox.pool.connect()
    await client.query('BEGIN')
    await outbox.insert(client, anEvent())
    await client.query('ROLLBACK')
    client.release()
    const event = anEvent()
    await outbox.append(event)
    await eventually(() => expect(broker.received()).toEqual([event.id]))
  })

  it('skips no event of a transaction that took its number first and commits last', async () => {
    const { outbox, broker } = await startTestOutbox()
    const [early, late] = [anEvent(), anEvent()]
    const client = await outbox.pool.connect()
    await client.query('BEGIN')
    await outbox.insert(client, early)
    await outbox.append(late)
    await eventually(async () => {
      expect(broker.received()).toEqual([late.id])
      expect(await outbox.unsent()).toEqual([])
    })
    await client.query('COMMIT')
    client.release()
    await eventually(() => expect(broker.received()).toEqual([late.id, early.id]))
  })

  it('does not take a returned message for a delivered one', async () => {
    const { outbox, broker, relay, vhost } = await startTestOutbox()
    await broker.channel.unbindQueue(eventsLogQueue, eventsExchange, everyEvent)
    await broker.close() // from here on no queue takes anything
    const event = anEvent()
    await outbox.append(event)
    await eventually(async () => expect(await relay.metric('outbox_published_total', { outcome: 'returned' })).toBe(1))
    await eventually(async () => expect(await outbox.unsent()).toEqual([]))
    expect(await readLog(vhost.url)).toEqual([event.id])
    expect(await relay.metric('outbox_published_total', { outcome: 'confirmed' })).toBe(1)
  })

  it('leaves what was refused unsent, and behind it all of the same user, and keeps their order when it goes', async () => {
    const { outbox, broker, relay } = await startTestOutbox()
    const accept = await refuse(broker.channel, 'user.deactivated.v1')
    const [ada, bob] = ['ada', 'bob']
    const events = [
      anEvent({ subject: ada, sequence: 1 }),
      anEvent({ subject: bob, sequence: 1 }),
      anEvent({ subject: ada, sequence: 2, type: 'user.deactivated.v1' }),
      anEvent({ subject: ada, sequence: 3, type: 'user.activated.v1' }),
      anEvent({ subject: bob, sequence: 2 }),
    ]
    await outbox.append(...events)
    const [, , refused, behind] = events.map((it) => it.id)
    await eventually(async () => {
      expect(await outbox.unsent()).toEqual([refused, behind])
      expect(await relay.metric('outbox_published_total', { outcome: 'failed' })).toBeGreaterThan(2)
    })
    await accept()
    await eventually(async () => expect(await outbox.unsent()).toEqual([]))
    expect(broker.received().filter((id) => id === refused || id === behind)).toEqual([refused, behind])
    const versions = broker.events.filter((it) => it.subject === bob).map((it) => it.sequence)
    expect(versions).toEqual([1, 2])
  })

  it('beats four times a second, and tells a later as_of only when the outbox is drained', async () => {
    const { outbox, broker } = await startTestOutbox()
    await eventually(() => expect(broker.heartbeats.length).toBeGreaterThan(10))
    const gaps = broker.heartbeats.slice(1).map((it, at) => it.arrivedAt - (broker.heartbeats[at]?.arrivedAt ?? 0))
    // A second without would make every gateway ask; a busy machine may take a part of it.
    expect(middle(gaps)).toBeLessThan(500)
    // Idle, a beat tells of a look at the outbox that came after the beat before.
    expect(middle(broker.heartbeats.map((it) => it.sent_at - it.as_of))).toBeLessThan(250)

    const accept = await refuse(broker.channel, everyEvent)
    await outbox.append(anEvent())
    const { rows } = await outbox.pool.query('SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS ms')
    const committedBefore: number = rows[0].ms
    const before = broker.heartbeats.length
    await eventually(() => expect(broker.heartbeats.length).toBeGreaterThan(before + 8))
    const stuck = broker.heartbeats.slice(before + 2)
    // The last honest instant is one before the commit that cannot be published.
    expect(new Set(stuck.map((it) => it.as_of)).size).toBe(1)
    expect(stuck[0]?.as_of).toBeLessThan(committedBefore)
    const last = stuck.at(-1)
    expect((last?.sent_at ?? 0) - (last?.as_of ?? 0)).toBeGreaterThan(1_000)

    await accept()
    await eventually(() => {
      const now = broker.heartbeats.at(-1)
      expect((now?.sent_at ?? 0) - (now?.as_of ?? 0)).toBeLessThan(100)
    })
  })

  it('publishes a backlog of thousands in order', async () => {
    const { outbox, broker } = await startTestOutbox()
    const events = Array.from({ length: 3_000 }, (_, at) => anEvent({ subject: `user ${at % 7}`, sequence: at }))
    await outbox.append(...events)
    await eventually(() => expect(broker.events).toHaveLength(3_000), { withinMs: 15_000 })
    expect(broker.events.map((it) => it.id)).toEqual(events.map((it) => it.id))
    await eventually(async () => expect(await outbox.unsent()).toEqual([]))
  })

  it('tells operators what waits, and nothing stale once it does not lead', async () => {
    const { outbox, broker, relay } = await startTestOutbox()
    await refuse(broker.channel, everyEvent)
    await outbox.append(anEvent(), anEvent())
    await eventually(async () => {
      expect(await relay.metric('outbox_unsent')).toBe(2)
      expect(await relay.metric('outbox_oldest_unsent_seconds')).toBeGreaterThan(0.5)
    })
    expect(await relay.metric('outbox_relay_leader')).toBe(1)
    await relay.stop()
    expect(await relay.metric('outbox_relay_leader')).toBe(0)
    expect(await relay.metric('outbox_unsent')).toBeNaN()
  })

  it('purges sent events by their age, a thousand at a time, and no unsent one', async () => {
    const { outbox, database, relay } = await startTestOutbox()
    await relay.stop()
    await outbox.pool.query(`
      INSERT INTO outbox (id, aggregate_id, type, payload, created_at, sent_at)
      SELECT gen_random_uuid(), 'ada', 'user.updated.v1', '{}', clock_timestamp() - interval '8 days',
             CASE WHEN n <> 1500 THEN clock_timestamp() - CASE WHEN n <= 2300 THEN interval '8 days' ELSE interval '6 days' END END
        FROM generate_series(1, 2310) n`)
    const connection = await openLeaderConnection(database.serviceUrl, () => undefined)
    try {
      const batches = [await connection.purgeSent(), await connection.purgeSent(), await connection.purgeSent()]
      expect(batches.map((it) => it.purged)).toEqual([1_000, 999, 300])
      expect(batches[0]?.more).toBe(true)
      expect(await connection.purgeSent()).toEqual({ purged: 0, more: false })
    } finally {
      await connection.close()
    }
    const { rows } = await outbox.pool.query('SELECT count(*)::int AS kept FROM outbox')
    expect(rows[0].kept).toBe(11)
  })
})
