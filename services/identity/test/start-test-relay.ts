import { randomUUID } from 'node:crypto'
import { eventsExchange, eventsLogQueue, type GatehouseEvent, heartbeatKey } from '@gatehouse/contracts'
import { startPublisher } from '@gatehouse/events'
import { migrate } from '@gatehouse/migrations'
import { createLog } from '@gatehouse/service'
import { createTestDatabase, createTestVhost, eventually } from '@gatehouse/testkit'
import { connect } from 'amqplib'
import pg from 'pg'
import { Registry } from 'prom-client'
import { expect, onTestFinished } from 'vitest'
import { outboxChannel } from '../src/outbox/outbox.repository.ts'
import { startRelay } from '../src/outbox/relay.ts'
import { createRelayMetrics } from '../src/outbox/relay-metrics.ts'

const log = createLog('relay-test', process.env.TEST_LOG_LEVEL ?? 'silent')

export type TestEvent = { id: string; type: GatehouseEvent['type']; subject: string; sequence: number }

/** As much of an event as the relay looks at. */
export const anEvent = (more: Partial<TestEvent> = {}): TestEvent => ({
  id: randomUUID(),
  type: 'user.updated.v1',
  subject: randomUUID(),
  sequence: 1,
  ...more,
})

/** A relay as identity has it, with its publisher. Stops with the test. */
export const startTestRelay = (databaseUrl: string, brokerUrl: string) => {
  const registry = new Registry()
  const publisher = startPublisher({ url: brokerUrl, name: 'test-relay', log })
  const relay = startRelay({ databaseUrl, publisher, metrics: createRelayMetrics(registry), log })
  const stop = async () => {
    await relay.stop()
    await publisher.stop()
  }
  onTestFinished(stop)
  const metric = async (name: string, labels: Record<string, string> = {}) => {
    const values = (await registry.getSingleMetric(name)?.get())?.values ?? []
    return values.find((it) => Object.entries(labels).every(([key, value]) => it.labels[key] === value))?.value
  }
  return { ...relay, publisher, stop, metric }
}

/** The writing side: what identity's transactions do, and what operators see. */
export const openOutbox = (url: string) => {
  const pool = new pg.Pool({ connectionString: url, max: 5 })
  pool.on('error', () => undefined) // the server goes away in some tests
  onTestFinished(() => pool.end())
  const insert = (on: pg.Pool | pg.PoolClient, event: TestEvent) =>
    on.query('INSERT INTO outbox (id, aggregate_id, type, payload) VALUES ($1, $2, $3, $4)', [
      event.id,
      event.subject,
      event.type,
      event,
    ])
  return {
    pool,
    insert,
    append: async (...events: TestEvent[]) => {
      const client = await pool.connect()
      try {
        await client.query('BEGIN')
        for (const event of events) await insert(client, event)
        await client.query('SELECT pg_notify($1, $2)', [outboxChannel, ''])
        await client.query('COMMIT')
      } finally {
        client.release()
      }
    },
    unsent: async () =>
      (await pool.query<{ id: string }>('SELECT id FROM outbox WHERE sent_at IS NULL ORDER BY seq')).rows.map(
        (it) => it.id,
      ),
    /** Connections of relays. */
    relays: async () =>
      (
        await pool.query<{ pid: number }>(
          "SELECT pid FROM pg_stat_activity WHERE application_name = 'gatehouse-relay' AND datname = current_database()",
        )
      ).rows.map((it) => it.pid),
    /** Who holds the leader's lock, by the database's own account. */
    leaders: async () =>
      (
        await pool.query<{ pid: number }>(
          `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
        )
      ).rows.map((it) => it.pid),
  }
}

/** Takes down every event and heartbeat that the broker hands out from now on. */
export const tapBroker = async (url: string) => {
  const connection = await connect(url)
  connection.on('error', () => undefined) // the broker goes away in some tests
  onTestFinished(() => connection.close().catch(() => undefined))
  const channel = await connection.createChannel()
  channel.on('error', () => undefined)
  await channel.assertExchange(eventsExchange, 'topic', { durable: true })
  const { queue } = await channel.assertQueue('', { exclusive: true })
  await channel.bindQueue(queue, eventsExchange, '#')
  const events: (TestEvent & { arrivedAt: number })[] = []
  const heartbeats: { as_of: number; sent_at: number; arrivedAt: number }[] = []
  const take = (key: string, body: Buffer) => {
    const arrived = { ...JSON.parse(String(body)), arrivedAt: performance.now() }
    if (key === heartbeatKey) heartbeats.push(arrived)
    else events.push(arrived)
  }
  await channel.consume(queue, (message) => message && take(message.fields.routingKey, message.content), {
    noAck: true,
  })
  return {
    channel,
    close: () => connection.close(),
    events,
    heartbeats,
    /** Ids in the order of their last arrival. */
    received: () => [...new Set(events.map((it) => it.id).toReversed())].toReversed(),
  }
}

/** Ids of all that the log keeps, in its order, once nothing has come for half a second. */
export const readLog = async (url: string) => {
  const connection = await connect(url)
  try {
    const channel = await connection.createChannel()
    await channel.prefetch(1_000) // streams ask for a limit, and for acks
    const ids: string[] = []
    let lastAt = performance.now()
    await channel.consume(
      eventsLogQueue,
      (message) => {
        if (message === null) return
        ids.push(String(message.properties.messageId))
        lastAt = performance.now()
        channel.ack(message)
      },
      { arguments: { 'x-stream-offset': 'first' } },
    )
    await eventually(() => expect(performance.now() - lastAt).toBeGreaterThan(500), { withinMs: 20_000 })
    return ids
  } finally {
    await connection.close()
  }
}

/** One relay that leads on a database and a vhost of the test's own. */
export const startTestOutbox = async () => {
  const [database, vhost] = await Promise.all([createTestDatabase({ migrate }), createTestVhost()])
  onTestFinished(async () => void (await Promise.all([database.drop(), vhost.drop()])))
  const outbox = openOutbox(database.superuserUrl)
  const broker = await tapBroker(vhost.url)
  const startReplica = () => startTestRelay(database.serviceUrl, vhost.identityUrl)
  const relay = startReplica()
  await eventually(() => {
    expect(relay.state()).toMatchObject({ leads: true })
    expect(relay.publisher.state()).toMatchObject({ connected: true })
  })
  return { database, vhost, outbox, broker, relay, startReplica }
}
