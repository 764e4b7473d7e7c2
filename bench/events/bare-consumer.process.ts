import { connect } from 'amqplib'
import { answerQuestions } from '../harness/ask-process.ts'
import { type ConsumerQuestion, type ConsumerReply, createCount, prefetch } from './consuming.ts'

/** The least that can be written with amqplib: it does not even look at the body. */
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
  // Acks are not answered; closing the channel is, and comes behind them.
  await channel.close()
  await connection.close()
  return reply
})
