import { randomUUID } from 'node:crypto'
import { eventsExchange, type GatehouseEvent } from '@gatehouse/contracts'
import { startPublisher, subscribe } from '@gatehouse/events'
import { createLog } from '@gatehouse/service'
import { createTestVhost, eventually, freePort, startRabbitMq } from '@gatehouse/testkit'
import { connect } from 'amqplib'
import { describe, expect, it, onTestFinished } from 'vitest'
import { runEventsCli, startEventsCli } from './events-cli-process.ts'

const log = createLog('events-cli-test', 'silent')

const anEvent = (type: 'user.created.v1' | 'user.deactivated.v1', sequence = 1): GatehouseEvent => {
  const id = randomUUID()
  const [time, dataschema] = [new Date().toISOString(), `http://issuer/schemas/${type}.json`]
  const about = { specversion: '1.0', id: randomUUID(), source: 'http://issuer', type, subject: id, time } as const
  const user = { id, username: 'ada', full_name: 'Ada', is_active: true, roles: ['ops'], version: sequence }
  const data = { user: { ...user, created_at: time, updated_at: time } }
  return { ...about, datacontenttype: 'application/json', dataschema, sequence, data }
}

const openVhost = async () => {
  const vhost = await createTestVhost()
  onTestFinished(() => vhost.drop())
  return { ...vhost, ...(await publishingTo(vhost.identityUrl)) }
}

const publishingTo = async (url: string) => {
  const publisher = startPublisher({ url, name: 'events-cli-test', log })
  onTestFinished(() => publisher.stop())
  await eventually(() => expect(publisher.state().connected).toBe(true))
  const publish = async (...events: GatehouseEvent[]) => {
    const outcomes = await publisher.publishAll(
      events.map((it) => ({ id: it.id, type: it.type, body: JSON.stringify(it) })),
    )
    expect(outcomes).toEqual(events.map(() => 'confirmed'))
  }
  return { publisher, publish }
}

const startTail = async (url: string, ...args: string[]) => {
  const tail = startEventsCli(url, 'tail', ...args)
  await eventually(() => expect(tail.stderr()).toContain('Connected; Ctrl-C ends.'), { withinMs: 10_000 })
  return tail
}

describe('events tail', () => {
  it('prints each event on a line as it happens, and ends at once on Ctrl-C with nothing left behind', async () => {
    const vhost = await openVhost()
    const tail = await startTail(vhost.operatorUrl)
    const [created, deactivated] = [anEvent('user.created.v1'), anEvent('user.deactivated.v1', 7)]
    await vhost.publish(created, deactivated)
    await eventually(() => expect(tail.lines()).toHaveLength(2))
    expect(tail.lines()).toEqual([
      `${created.time}  user.created.v1           ${created.subject}  1  ada active ops`,
      `${deactivated.time}  user.deactivated.v1       ${deactivated.subject}  7  ada active ops`,
    ])
    tail.child.kill('SIGINT')
    expect(await tail.ended).toEqual([0, null])
    expect(tail.stderr()).toBe('Connected; Ctrl-C ends.\n')
  })

  it('--type shows what is asked for alone, and --json whole events', async () => {
    const vhost = await openVhost()
    const tail = await startTail(vhost.operatorUrl, '--json', '--type', 'user.deactivated', '--type', 'key')
    const event = anEvent('user.deactivated.v1')
    await vhost.publish(anEvent('user.created.v1'), event)
    await eventually(() => expect(tail.lines().map((it) => JSON.parse(it))).toEqual([event]))
  })

  it('ends when nobody reads on, and when its input ends', async () => {
    const vhost = await openVhost()
    const [unread, unheld] = [await startTail(vhost.operatorUrl), await startTail(vhost.operatorUrl)]
    unread.child.stdout.destroy()
    await vhost.publish(anEvent('user.created.v1'))
    expect(await unread.ended).toEqual([0, null])
    unheld.child.stdin.end()
    expect(await unheld.ended).toEqual([0, null])
  })

  it('survives a restart of the broker, and says what it may have missed', { timeout: 60_000 }, async () => {
    const broker = await startRabbitMq()
    onTestFinished(() => broker.stop())
    const vhost = await broker.createVhost()
    const { publisher, publish } = await publishingTo(vhost.identityUrl)
    const tail = await startTail(vhost.operatorUrl)
    await broker.stopApp()
    await eventually(() => expect(tail.stderr()).toContain('no connection to the broker'))
    await broker.startApp()
    const isBack = () => {
      expect(tail.stderr()).toContain('Connected again; events in the meantime were missed.')
      expect(publisher.state().connected).toBe(true)
    }
    await eventually(isBack, { withinMs: 20_000 })
    const event = anEvent('user.created.v1')
    await publish(event)
    await eventually(() => expect(tail.stdout()).toContain(event.subject))
  })
})

/** A subscriber that has handled none of these, and laid them down. */
const openDeadLetters = async (...events: GatehouseEvent[]) => {
  const vhost = await openVhost()
  let isBroken = true
  const handled: string[] = []
  const subscription = subscribe({
    url: vhost.url,
    queue: 'mailing.users',
    events: ['user.created.v1'],
    retryDelaysMs: [],
    log,
    handler: async (event) => {
      if (isBroken) throw new Error('no route\nto \u001b[31mthe printer')
      handled.push(event.id)
    },
  })
  onTestFinished(() => subscription.stop())
  await eventually(() => expect(subscription.state().connected).toBe(true))
  await vhost.publish(...events)
  await eventually(() => expect(subscription.counts().dead).toBe(events.length))
  const mend = () => {
    isBroken = false
  }
  return { vhost, url: vhost.operatorUrl, handled, mend }
}

describe('events dead', () => {
  it('lists letters on a line each, without what would move the cursor, shows one whole, and gives chosen or all back', async () => {
    const [one, two, three] = [anEvent('user.created.v1'), anEvent('user.created.v1', 2), anEvent('user.created.v1', 3)]
    const { url, handled, mend } = await openDeadLetters(one, two, three)
    const line = ({ id }: GatehouseEvent) => `${id}  user.created.v1  1  no route to  [31mthe printer\n`
    expect(await runEventsCli(url, 'dead', 'list', 'mailing.users')).toEqual({
      code: 0,
      stdout: [one, two, three].map(line).join(''),
      stderr: '3 dead letters\n',
    })
    const shown = await eventually(async () => {
      const run = await runEventsCli(url, 'dead', 'show', 'mailing.users', two.id)
      expect(run).toMatchObject({ code: 0, stderr: '' })
      return run
    })
    expect(shown.stdout).toBe(`${JSON.stringify(two, null, 2)}\n`)
    mend()
    expect(await runEventsCli(url, 'dead', 'redrive', 'mailing.users', two.id)).toMatchObject({
      code: 0,
      stdout: '1 dead letter requeued\n',
    })
    await eventually(() => expect(handled).toEqual([two.id]))
    expect(await runEventsCli(url, 'dead', 'redrive', 'mailing.users')).toMatchObject({
      code: 0,
      stdout: '2 dead letters requeued\n',
    })
    await eventually(() => expect(handled).toEqual([two.id, one.id, three.id]))
    expect(await runEventsCli(url, 'dead', 'list', 'mailing.users')).toMatchObject({ stderr: '0 dead letters\n' })
  })

  it('names a letter without an id, and shows what is no JSON as it is', async () => {
    const { vhost, url } = await openDeadLetters()
    const connection = await connect(vhost.url)
    const channel = await connection.createConfirmChannel()
    channel.publish(eventsExchange, 'user.created.v1', Buffer.from('no\n  JSON'))
    await channel.waitForConfirms()
    await connection.close()
    const isListed = async () => {
      const { stdout } = await runEventsCli(url, 'dead', 'list', 'mailing.users')
      expect(stdout).toMatch(/^- {2}- {2}1 {2}invalid event/)
    }
    await eventually(isListed, { withinMs: 10_000 })
    expect(await runEventsCli(url, 'dead', 'show', 'mailing.users', '-')).toMatchObject({ stdout: 'no\n  JSON\n' })
    expect(await runEventsCli(url, 'dead', 'redrive', 'mailing.users', '-')).toMatchObject({ code: 0 })
  })
})

describe('the operator', () => {
  it('publishes no event, and makes no queue but its own', async () => {
    const vhost = await openVhost()
    const connection = await connect(vhost.operatorUrl)
    onTestFinished(() => connection.close())
    const refused = async (
      attempt: (channel: Awaited<ReturnType<typeof connection.createConfirmChannel>>) => unknown,
    ) => {
      const channel = await connection.createConfirmChannel()
      const reason = new Promise<string>((resolve) => channel.on('error', (error: Error) => resolve(error.message)))
      await Promise.resolve(attempt(channel)).catch(() => undefined)
      expect(await reason).toContain('ACCESS_REFUSED')
    }
    await refused((channel) => void channel.publish(eventsExchange, 'user.created.v1', Buffer.from('{}')))
    await refused((channel) => void channel.publish('', 'mailing.users', Buffer.from('{}')))
    await refused((channel) => channel.assertQueue('mailing.users'))
  })
})

describe('a call that cannot be answered', () => {
  const nowhere = 'amqp://nobody:none@127.0.0.1:1'
  it.each([
    [['frobnicate']],
    [['dead', 'frobnicate', 'mailing.users']],
    [['dead', 'list']],
    [['dead', 'list', 'mailing.users', 'again']],
    [['dead', 'show', 'mailing.users']],
    [['dead', 'redrive']],
    [['tail', 'everything']],
    [['tail', '--frobnicate']],
    [['tail', '--type', 'user.frobnicated']],
    [['tail', '--type', 'use']],
  ])('%j ends with 2 and tells the usage', async (args) => {
    const { code, stdout, stderr } = await runEventsCli(nowhere, ...args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('usage:\n  ./gatehouse events tail')
  })

  it('a queue or a letter that is not there, and a broker that is away, end with 1 and the way out', async () => {
    const { url } = await openDeadLetters()
    const away = `amqp://operator:none@127.0.0.1:${await freePort()}`
    const calls: [string, string[], RegExp][] = [
      [
        url,
        ['dead', 'list', 'billing.users'],
        /^No subscriber has a queue "billing.users". .*rabbitmqctl list_queues name$/,
      ],
      [url, ['dead', 'redrive', 'billing.users'], /^No subscriber has a queue/],
      [url, ['dead', 'show', 'mailing.users', 'x'], /^"mailing.users" has no dead letter x. See: /],
      [url, ['dead', 'redrive', 'mailing.users', 'x'], /^Some of these ids are not dead letters/],
      [away, ['dead', 'list', 'mailing.users'], /^RabbitMQ failed: .*ECONNREFUSED.* See: .*logs rabbitmq$/],
      [away, ['dead', 'redrive', 'mailing.users'], /^RabbitMQ failed: /],
      [url.replace('operator', 'nobody'), ['dead', 'list', 'mailing.users'], /ACCESS_REFUSED/],
    ]
    for (const [broker, args, says] of calls) {
      const { code, stderr } = await runEventsCli(broker, ...args)
      expect({ code, lines: stderr.trim().split('\n').length }, args.join(' ')).toEqual({ code: 1, lines: 1 })
      expect(stderr.trim()).toMatch(says)
    }
  })

  it('--help is answered on standard output, without a broker', async () => {
    const { code, stdout, stderr } = await runEventsCli(nowhere, '--help')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    for (const name of ['tail', 'dead list QUEUE', 'dead show QUEUE ID', 'dead redrive QUEUE [ID...]'])
      expect(stdout).toContain(`./gatehouse events ${name}`)
  })
})
