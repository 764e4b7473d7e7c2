import { type Channel, connect } from 'amqplib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addressOf, containers, execIn } from '../support/stack.ts'
import { addSubscriber, type Subscriber } from '../support/subscriber.ts'
import { untilHealthy } from '../support/until-healthy.ts'

let host: string
let mailing: Subscriber
let operator: Subscriber
let queue: string

const control = (...args: string[]) => execIn('rabbitmq', 'rabbitmqctl', '--quiet', ...args)

beforeAll(async () => {
  await untilHealthy()
  const [broker] = await containers('rabbitmq')
  if (!broker) throw new Error('there is no broker')
  host = addressOf(broker)
  mailing = await addSubscriber()
  queue = `${mailing.name}.users`
  // With the rights of the stack's own operator, whose password only its container is handed.
  const [, ...rights] = /^operator\t(\S+)\t(\S+)\t(\S+)$/m.exec(await control('list_permissions')) ?? []
  operator = { name: 'operator-in-a-test', password: mailing.password }
  await control('add_user', operator.name, operator.password)
  await control('set_permissions', operator.name, ...rights)
  await as(mailing, async (channel) => {
    await channel.assertExchange(queue, 'direct', { durable: true })
    for (const name of [queue, `${queue}.dead`]) {
      await channel.assertQueue(name, { durable: true, arguments: { 'x-queue-type': 'quorum' } })
      await channel.bindQueue(name, queue, name === queue ? 'work' : 'dead')
    }
  })
})
afterAll(async () => {
  await control('delete_user', operator.name)
})

/** What comes of it on a channel of its own: a refusal closes it. */
const as = async <Result>({ name, password }: Subscriber, work: (channel: Channel) => Promise<Result>) => {
  const connection = await connect(`amqp://${name}:${password}@${host}:5672`)
  connection.on('error', () => {}) // what is refused rejects
  try {
    const channel = await connection.createChannel()
    channel.on('error', () => {})
    return await work(channel)
  } finally {
    await connection.close().catch(() => {}) // it may be closed by what was refused
  }
}
const refusalOf = (who: Subscriber, work: (channel: Channel) => Promise<unknown>) =>
  as(who, work).then(
    () => 'nothing',
    (error: Error) => /ACCESS_REFUSED|PRECONDITION_FAILED|closed/.exec(error.message)?.[0] ?? error.message,
  )
const messagesIn = (name: string) => as(mailing, async (channel) => (await channel.checkQueue(name)).messageCount)

describe('the operator of the broker', () => {
  it.each([
    ['lay an event before a subscriber', (channel: Channel) => publishAndAsk(channel, queue, 'work')],
    ['lay it there by the default exchange', (channel: Channel) => publishAndAsk(channel, '', queue)],
    ['lay it before everybody', (channel: Channel) => publishAndAsk(channel, 'gatehouse.events', 'user.created.v1')],
    ['feed a subscriber from elsewhere', (channel: Channel) => channel.bindQueue(queue, 'gatehouse.events', '#')],
    [
      'feed it from an exchange of its own',
      async (channel: Channel) => {
        await channel.assertExchange('operator.feed', 'fanout', { autoDelete: true })
        await channel.bindExchange(queue, 'operator.feed', '')
      },
    ],
    [
      'have the broker do it, with letters that die',
      (channel: Channel) =>
        channel.assertQueue('operator.dying', { exclusive: true, deadLetterExchange: queue, messageTtl: 1 }),
    ],
    ['take its work', (channel: Channel) => channel.get(queue)],
    ['throw its work away', (channel: Channel) => channel.purgeQueue(queue)],
    ['delete its queue', (channel: Channel) => channel.deleteQueue(queue)],
  ])('cannot %s', async (_what, work) => {
    expect(await refusalOf(operator, work)).toMatch(/ACCESS_REFUSED|closed/)
    expect(await messagesIn(queue)).toBe(0)
  })

  it('looks at dead letters', async () => {
    expect(await refusalOf(operator, (channel) => channel.get(`${queue}.dead`))).toBe('nothing')
  })

  it('leaves no user behind that was made to give letters back', async () => {
    expect(await control('list_users')).not.toContain('redrive-')
  })
})

/** A publish is not answered; what comes behind it on the channel is. */
const publishAndAsk = async (channel: Channel, exchange: string, key: string) => {
  channel.publish(exchange, key, Buffer.from('{}'))
  await channel.checkQueue(`${queue}.dead`)
}

describe('a subscriber', () => {
  it('makes no queues without end, and goes on with those that it has', async () => {
    expect(JSON.parse(await control('list_vhost_limits'))).toEqual({ 'max-queues': 500 })
    // That of the stack takes a minute to reach.
    const there = (await control('list_queues', 'name')).trim().split('\n').length
    await control('set_vhost_limits', JSON.stringify({ 'max-queues': there + 20 }))
    try {
      const many = (channel: Channel) => makeQueues(channel, 40)
      expect(await refusalOf(mailing, many)).toBe('PRECONDITION_FAILED')
      await as(mailing, (channel) => channel.assertQueue(`${mailing.name}.0`, { durable: true }))
    } finally {
      await control('set_vhost_limits', '{"max-queues": 500}')
      await as(mailing, async (channel) => {
        for (let nth = 0; nth < 40; nth += 1) await channel.deleteQueue(`${mailing.name}.${nth}`)
      })
    }
  })

  it('with the names of one subscription makes that and nothing else', async () => {
    const own = `^${mailing.name}\\.users(\\.dead|\\.retry\\.(1000|5000|30000|300000))?$`
    await control('set_permissions', mailing.name, own, own, `^(${mailing.name}\\.users|gatehouse\\.)`)
    const retry = `${queue}.retry.1000`
    await as(mailing, (channel) => channel.assertQueue(retry, { arguments: { 'x-queue-type': 'quorum' } }))
    for (const name of [`${mailing.name}.more`, `${queue}2`, `${queue}.retry.1`]) {
      expect(await refusalOf(mailing, (channel) => channel.assertQueue(name))).toBe('ACCESS_REFUSED')
    }
  })
})

const makeQueues = async (channel: Channel, count: number) => {
  for (let nth = 0; nth < count; nth += 1) {
    await channel.assertQueue(`${mailing.name}.${nth}`, { durable: true })
    await channel.bindQueue(`${mailing.name}.${nth}`, 'gatehouse.events', '#')
  }
}
