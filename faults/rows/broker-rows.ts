import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { endAlarm, startAlarm } from '@gatehouse/e2e/support/broker.ts'
import { compose, containers, docker } from '@gatehouse/e2e/support/stack.ts'
import { untilHealthy } from '@gatehouse/e2e/support/until-healthy.ts'
import { eventually } from '@gatehouse/testkit'
import { expect } from 'vitest'
import type { Environment } from '../environment.ts'
import { countUnsent } from '../final-state.ts'
import { inFull, type Measured, type Row, repeat } from '../row.ts'
import { importUsers } from './import-users.ts'
import { findAll } from './replicas.ts'

const lengths = { stoppedMs: inFull(5_000, 10_000), frozenMs: inFull(8_000, 15_000), alarmMs: inFull(6_000, 20_000) }
const kills = inFull(1, 5)
const inFlight = 1_000

const addressNow = async (id: string) =>
  docker('inspect', '--format', '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}', id)

/** Starts it; its listener opens last. How long it takes to boot is no figure of ours. @returns when it listened */
const startUntilListening = async (id: string) => {
  await docker('start', id)
  const address = { host: await addressNow(id), port: 5672 }
  const check = async () => {
    const socket = connect(address)
    try {
      await once(socket, 'connect')
    } finally {
      socket.destroy()
    }
  }
  await eventually(check, { withinMs: 60_000, everyMs: 20 })
  return performance.now()
}

const findBroker = async () => {
  const [broker] = await containers('rabbitmq')
  if (!broker) throw new Error('there is no broker')
  return broker.Id
}

const untilDrained = async (sinceMs = performance.now()) => {
  await eventually(async () => expect(await countUnsent()).toBeLessThan(20), { withinMs: 30_000, everyMs: 50 })
  return performance.now() - sinceMs
}

const stopped = async (): Promise<Measured> => {
  const [id, untilAllUp] = await Promise.all([findBroker(), findAll('identity', 'gateway')])
  await docker('stop', id)
  await delay(lengths.stoppedMs)
  return { reconnect: await untilAllUp(await startUntilListening(id)) }
}

/** Frozen first, so that all of them are in flight and none is confirmed when it dies. */
const killed = async ({ adminToken }: Environment): Promise<Measured> => {
  const [id, untilAllUp] = await Promise.all([findBroker(), findAll('identity', 'gateway')])
  await docker('pause', id)
  await importUsers(inFlight, adminToken)
  const unsent = await countUnsent()
  await docker('kill', id)
  const listeningAt = await startUntilListening(id)
  const [drained, reconnect] = await Promise.all([untilDrained(listeningAt), untilAllUp(listeningAt)])
  await untilHealthy()
  return { drained, reconnect, 'in flight at least (count)': unsent }
}

const frozen = async (): Promise<Measured> => {
  const [id, untilAllUp] = await Promise.all([findBroker(), findAll('identity', 'gateway')])
  await docker('pause', id)
  await delay(lengths.frozenMs)
  await docker('unpause', id)
  return { recovered: await untilAllUp() }
}

const inAlarm = async ({ history }: Environment): Promise<Measured> => {
  await startAlarm()
  const startedAt = performance.now()
  await delay(lengths.alarmMs)
  const meanwhile = history().attempts.filter((it) => it.begunMs > startedAt)
  const failed = meanwhile.filter((it) => it.status === null || it.status >= 500)
  await endAlarm()
  return { 'writes failed (count)': failed.length, drained: await untilDrained() }
}

const seconds = (ms: number) => `${ms / 1000} s`
const mend = async () => {
  // Only one of these has something to do, and none where the row ended well.
  await compose('unpause', 'rabbitmq').catch(() => undefined)
  await compose('start', 'rabbitmq')
}

export const brokerRows: Row[] = [
  {
    name: `broker stopped for ${seconds(lengths.stoppedMs)}`,
    runs: 1,
    fault: stopped,
    aims: { reconnect: 3_000 },
    tearDown: mend,
  },
  {
    name: `broker killed with ${inFlight} events in flight`,
    runs: kills,
    fault: (environment) => repeat(kills, () => killed(environment)),
    aims: { drained: 5_000, reconnect: 3_000 },
    tearDown: mend,
  },
  {
    name: `broker frozen for ${seconds(lengths.frozenMs)}`,
    runs: 1,
    fault: frozen,
    aims: { recovered: 3_000 },
    tearDown: mend,
  },
  {
    name: `broker in a memory alarm for ${seconds(lengths.alarmMs)}`,
    runs: 1,
    fault: inAlarm,
    aims: { 'writes failed (count)': 0, drained: 5_000 },
    tearDown: endAlarm,
  },
]
