import { connect } from 'amqplib'
import pg from 'pg'
import { answerQuestions } from '../harness/ask-process.ts'
import { type Message, publishRaw } from './publish-raw.ts'

export type RawPublisherQuestion = { brokerUrl: string; databaseUrl: string; count: number }
export type RawPublisherReply = { seconds: number; cpuSeconds: number }

const readBodies = async (databaseUrl: string, count: number) => {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  const sql = 'SELECT id, type, payload::text AS body FROM outbox ORDER BY seq DESC LIMIT $1'
  const { rows } = await client.query<Message>(sql, [count])
  await client.end()
  return rows
}

/** Publishes the bodies that the relay has just published, which are loaded before the measurement. */
answerQuestions(async ({ brokerUrl, databaseUrl, count }: RawPublisherQuestion): Promise<RawPublisherReply> => {
  const messages = await readBodies(databaseUrl, count)
  if (messages.length !== count) throw new Error(`the outbox has ${messages.length} events, not ${count}`)
  const connection = await connect(brokerUrl, { noDelay: true })
  const channel = await connection.createConfirmChannel()
  const before = process.cpuUsage()
  const startedAt = performance.now()
  await publishRaw(channel, messages)
  const seconds = (performance.now() - startedAt) / 1000
  const { user, system } = process.cpuUsage(before)
  await connection.close()
  return { seconds, cpuSeconds: (user + system) / 1e6 }
})
