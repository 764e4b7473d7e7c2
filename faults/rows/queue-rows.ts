import { execIn } from '@gatehouse/e2e/support/stack.ts'
import { checkAllUp } from '@gatehouse/e2e/support/until-healthy.ts'
import { listDeadLetters, subscribe } from '@gatehouse/events'
import { eventually } from '@gatehouse/testkit'
import { expect } from 'vitest'
import type { Environment } from '../environment.ts'
import { inFull, type Measured, type Row, repeat } from '../row.ts'
import { importUsers } from './import-users.ts'

const runs = inFull(1, 5)

const gatewayQueues = async () =>
  (await execIn('rabbitmq', 'rabbitmqctl', '--quiet', 'list_queues', 'name'))
    .split('\n')
    .map((it) => it.trim())
    .filter((it) => it.startsWith('gateway.sessions.'))

/** Waits until every gateway has another queue than before, and knows how fresh it is. */
const untilRebuilt = async (before: string[], { gateways }: Environment) => {
  const startedAt = performance.now()
  const check = async () => {
    const now = await gatewayQueues()
    expect(now).toHaveLength(before.length)
    expect(now.filter((it) => before.includes(it))).toEqual([])
    for (const { url } of gateways.all()) await checkAllUp(url)
  }
  await eventually(check, { withinMs: 30_000, everyMs: 100 })
  return performance.now() - startedAt
}

const deleted = async (environment: Environment): Promise<Measured> => {
  const queues = await gatewayQueues()
  for (const queue of queues) await execIn('rabbitmq', 'rabbitmqctl', 'delete_queue', queue)
  return { rebuilt: await untilRebuilt(queues, environment) }
}

// No AMQP client may unbind another's exclusive queue, and there is no command for it: the broker itself is told.
const unbind = (queue: string) => `
  Resource = fun(Kind, Name) -> rabbit_misc:r(<<"/">>, Kind, Name) end,
  Queue = Resource(queue, <<"${queue}">>),
  [rabbit_binding:remove(Binding, <<"test">>) || Binding <- rabbit_binding:list_for_destination(Queue),
    element(2, Binding) =:= Resource(exchange, <<"gatehouse.events">>)].`

const unbound = async (environment: Environment): Promise<Measured> => {
  const queues = await gatewayQueues()
  for (const queue of queues) await execIn('rabbitmq', 'rabbitmqctl', 'eval', unbind(queue))
  return { rebuilt: await untilRebuilt(queues, environment) }
}

const poisonAmong = 100

/** One event that its handler can never do, among others: it is laid down with its reason, and holds nobody up. */
const poison = async ({ account, adminToken, brokerUrl: url }: Environment): Promise<Measured> => {
  const queue = `${account.name}.poisoned-${crypto.randomUUID().slice(0, 8)}`
  const cameAt = new Map<string, number>()
  let poisoned = ''
  const subscription = subscribe({
    ...{ url, queue, events: ['user.created.v1'], retryDelaysMs: [100, 500] },
    handler: async ({ data: { user } }) => {
      poisoned ||= user.username
      if (user.username === poisoned) throw new Error('this one never works')
      cameAt.set(user.username, performance.now())
    },
  })
  try {
    await eventually(() => expect(subscription.state().connected).toBe(true), { withinMs: 10_000 })
    const names = await importUsers(poisonAmong, adminToken)
    const writtenAt = performance.now()
    const isMissing = (it: string) => it !== poisoned && !cameAt.has(it)
    await eventually(() => expect(names.filter(isMissing)).toEqual([]), { withinMs: 20_000, everyMs: 5 })
    const lastMs = Math.max(...names.map((it) => cameAt.get(it) ?? 0)) - writtenAt
    const letters = await eventually(async () => {
      const found = await listDeadLetters({ url, queue })
      expect(found.map(({ reason, attempts }) => ({ reason, attempts }))).toEqual([
        { reason: 'this one never works', attempts: 3 },
      ])
      return found
    })
    return { 'others late': Math.max(0, lastMs), 'dead letters (count)': letters.length }
  } finally {
    await subscription.stop()
  }
}

export const queueRows: Row[] = [
  {
    name: 'queues of both gateways deleted',
    runs,
    fault: (environment) => repeat(runs, () => deleted(environment)),
    aims: { rebuilt: 5_000 },
  },
  {
    name: 'queues of both gateways unbound',
    runs,
    fault: (environment) => repeat(runs, () => unbound(environment)),
    // Silence tells it: 10 s without a heartbeat.
    aims: { rebuilt: 15_000 },
  },
  {
    name: `a poison message among ${poisonAmong}`,
    runs,
    fault: (environment) => repeat(runs, () => poison(environment)),
    aims: { 'others late': 1_000 },
  },
]
