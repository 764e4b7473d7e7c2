import { connect } from 'amqplib'
import { addressOf, compose, containers } from '../../support/stack.ts'
import { addSubscriber, type Subscriber } from '../../support/subscriber.ts'
import type { Attack } from '../attack.ts'

const connectAs = async ({ name, password }: Subscriber) => {
  const [broker] = await containers('rabbitmq')
  if (!broker) throw new Error('there is no broker')
  const connection = await connect(`amqp://${name}:${password}@${addressOf(broker)}:5672`)
  // A refusal ends a channel; that is looked for where it is caused.
  connection.on('error', () => {})
  return connection
}

/** The operator's password, as its own container has it. */
const operator = async (): Promise<Subscriber> => {
  const read = ['run', '--rm', '--no-deps', '-T', '--entrypoint', 'cat', 'events', '/run/secrets/broker-password']
  const [password = ''] = (await compose(...read)).split('\n')
  return { name: 'operator', password }
}

export const forgedEvent: Attack = {
  finding: 'L10',
  title: 'the broker’s operator sends a subscriber an event that identity never published',
  plants: [
    {
      file: 'infra/secrets/broker-definitions.ts',
      replace: [
        [
          "operator: { configure: '^operator\\\\.', write: '^operator\\\\.',",
          "operator: { configure: '^operator\\\\.', write: '^(?!gatehouse\\\\.|amq\\\\.)',",
        ],
      ],
    },
  ],
  run: async () => {
    const victim = await addSubscriber()
    const [theirs, ours] = [await connectAs(victim), await connectAs(await operator())]
    try {
      const [channel, forging] = [await theirs.createChannel(), await ours.createConfirmChannel()]
      for (const it of [channel, forging]) it.on('error', () => {})
      const exchange = `${victim.name}.retry`
      await channel.assertExchange(exchange, 'fanout', { autoDelete: true })
      const { queue } = await channel.assertQueue(`${victim.name}.work`, { exclusive: true })
      await channel.bindQueue(queue, exchange, '')
      const outcome = await new Promise<string>((resolve) => {
        forging.on('error', (error: Error) => resolve(error.message))
        forging.publish(exchange, 'user.updated.v1', Buffer.from('{"roles":["admin"]}'), {}, (error) =>
          resolve(error ? String(error) : 'taken'),
        )
      })
      const arrived = await channel.get(queue, { noAck: true })
      if (!arrived && !/ACCESS_REFUSED|channel closed/i.test(outcome)) throw new Error(outcome)
      return { succeeded: arrived !== false, figures: arrived ? 'the forged event arrived' : 'access refused' }
    } finally {
      await Promise.all([theirs, ours].map((it) => it.close().catch(() => {})))
    }
  },
}
