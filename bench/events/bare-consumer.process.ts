import { connect } from 'amqplib'
import { answerQuestions } from '../harness/ask-process.ts'
import { type ConsumerQuestion, type ConsumerReply, createCount, prefetch } from './consuming.ts'

/** A minimal consumer with amqplib, which ignores the body. */
answerQuestions(async ({ url, queue, count }: ConsumerQuestion): Promise<ConsumerReply> => {
  const connection = await connect(url, { noDelay: true })
  const channel = await connection.createChannel()
  const counted = createCount(count)
  await channel.prefetch(prefetch)
  await channel.consume(queue, (message) => {
    if (!message) throw new Error('the broker cancelled the consumer')
    counted.take()
    channel.ack(message)
  })
  const reply = await counted.reached
  // Acks get no reply; the reply to closing the channel comes after they are processed.
  await channel.close()
  await connection.close()
  return reply
})
