import { connect } from 'amqplib'
import { addressOf, containers } from '../../support/stack.ts'
import { addSubscriber } from '../../support/subscriber.ts'
import type { Attack } from '../attack.ts'

const wanted = 600

export const manyQueues: Attack = {
  finding: 'L10',
  title: 'a subscriber creates queues that keep every event, until the disk is full and nobody can publish',
  plants: [
    {
      file: 'infra/secrets/broker-definitions.ts',
      replace: [['const maxQueues = 500', 'const maxQueues = 100_000']],
    },
  ],
  run: async () => {
    const { name, password } = await addSubscriber()
    const [broker] = await containers('rabbitmq')
    if (!broker) throw new Error('there is no broker')
    const connection = await connect(`amqp://${name}:${password}@${addressOf(broker)}:5672`)
    connection.on('error', () => {})
    const channel = await connection.createChannel()
    channel.on('error', () => {})
    // Exclusive, so that they go with the connection; for the limit a queue is a queue.
    const make = (_: unknown, nth: number) => channel.assertQueue(`${name}.${nth}`, { exclusive: true })
    const outcomes = await Promise.allSettled(Array.from({ length: wanted }, make))
    await connection.close().catch(() => {})
    const refusal = outcomes.find((it) => it.status === 'rejected')?.reason as Error | undefined
    if (refusal && !/limit/i.test(refusal.message)) throw refusal
    const made = outcomes.filter((it) => it.status === 'fulfilled').length
    return {
      succeeded: made === wanted,
      figures: `${made} of ${wanted} queues made${refusal ? `, then: ${refusal.message}` : ''}`,
    }
  },
}
