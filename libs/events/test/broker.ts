import { randomUUID } from 'node:crypto'
import type { GatehouseEvent } from '@gatehouse/contracts'
import { createTestVhost } from '@gatehouse/testkit'
import { type ChannelModel, connect } from 'amqplib'
import { inject, onTestFinished } from 'vitest'
import type { Log } from '../src/broker-link.ts'
import { type OutgoingEvent, startPublisher } from '../src/publisher.ts'

/** Collects log entries and prints nothing. */
export const createTestLog = () => {
  const entries: { level: string; details: object; message: string }[] = []
  const at = (level: string) => (details: object, message: string) => void entries.push({ level, details, message })
  const log: Log = { info: at('info'), warn: at('warn'), error: at('error') }
  return Object.assign(log, { entries })
}

export const testVhost = async () => {
  const vhost = await createTestVhost()
  onTestFinished(() => vhost.drop())
  return vhost
}

export const testPublisher = (url: string) => {
  const publisher = startPublisher({ url, name: 'test-publisher', log: createTestLog() })
  onTestFinished(() => publisher.stop())
  return publisher
}

/** A connection of the test, to inspect and disturb the broker. */
export const testConnection = async (url: string): Promise<ChannelModel> => {
  const connection = await connect(url)
  // The test may make the broker close it.
  connection.on('error', () => undefined)
  onTestFinished(() => connection.close().catch(() => undefined))
  return connection
}

export const anEvent = (version = 1, subject: string = randomUUID()) =>
  ({
    specversion: '1.0',
    id: randomUUID(),
    source: 'http://issuer',
    type: 'user.updated.v1',
    subject,
    time: new Date().toISOString(),
    datacontenttype: 'application/json',
    dataschema: 'http://issuer/schemas/user.updated.v1.json',
    sequence: version,
    data: {
      user: {
        id: subject,
        username: 'ada',
        full_name: null,
        is_active: true,
        roles: [],
        version,
        created_at: new Date().toISOString(),
        updated_at: new Date().toISOString(),
      },
    },
  }) satisfies GatehouseEvent

export const outgoing = (event: GatehouseEvent): OutgoingEvent => ({
  id: event.id,
  type: event.type,
  body: JSON.stringify(event),
})

/** The current queues at the broker whose names begin with `prefix`. */
export const queuesOf = async (vhost: string, prefix: string) => {
  const { host, managementPort, password } = inject('rabbitMq')
  const headers = { authorization: `Basic ${btoa(`tester:${password}`)}` }
  const response = await fetch(`http://${host}:${managementPort}/api/queues/${vhost}?columns=name`, { headers })
  const queues = (await response.json()) as { name: string }[]
  return queues.map((it) => it.name).filter((it) => it.startsWith(prefix))
}
