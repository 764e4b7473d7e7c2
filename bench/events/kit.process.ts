import { subscribe } from '@gatehouse/events'
import { answerQuestions } from '../harness/ask-process.ts'
import { type ConsumerQuestion, type ConsumerReply, createCount, prefetch } from './consuming.ts'

/** A subscriber with an empty handler. */
answerQuestions(async ({ url, queue, count }: ConsumerQuestion): Promise<ConsumerReply> => {
  const counted = createCount(count)
  const subscription = subscribe({
    url,
    queue,
    prefetch,
    events: ['user.updated.v1'],
    handler: async () => counted.take(),
  })
  const reply = await counted.reached
  await subscription.stop()
  return reply
})
