import { setTimeout as delay } from 'node:timers/promises'
import { refusalOf } from '@gatehouse/e2e/support/client.ts'
import { compose, containers, docker } from '@gatehouse/e2e/support/stack.ts'
import { untilHealthy } from '@gatehouse/e2e/support/until-healthy.ts'
import { meAt } from '@gatehouse/e2e/support/users.ts'
import { expect } from 'vitest'
import type { Environment } from '../environment.ts'
import { failedNothingThroughNginx, inFull, type Measured, type Row, repeat } from '../row.ts'
import { findAll, findLeader, kill, startUntilReady, untilLeads } from './replicas.ts'

const kills = inFull(2, 20)

const killLeader = async (): Promise<Measured> => {
  const { leader, other } = await findLeader()
  const killedAt = performance.now()
  // Not awaited first: the engine answers only when the process is gone and its container taken down.
  await Promise.all([kill(leader), untilLeads(other)])
  const newLeaderMs = performance.now() - killedAt
  const readyMs = await startUntilReady('identity', leader)
  await untilHealthy()
  return { 'new leader': newLeaderMs, 'identity ready': readyMs }
}

const killOther = async (): Promise<Measured> => {
  const { other } = await findLeader()
  await kill(other)
  const readyMs = await startUntilReady('identity', other)
  await untilHealthy()
  return { 'identity ready': readyMs }
}

const killGateway = async ({ gateways }: Environment, nth: number): Promise<Measured> => {
  const all = await containers('gateway')
  const gateway = all[nth % all.length]
  if (!gateway) throw new Error('there is no gateway')
  await kill(gateway)
  const readyMs = await startUntilReady('gateway', gateway)
  await gateways.refresh()
  await untilHealthy()
  return { 'gateway ready': readyMs }
}

const forged = (token: string) => `${token.slice(0, -4)}${token.endsWith('AAAA') ? 'BBBB' : 'AAAA'}`

const awayMs = inFull(8_000, 30_000)
// What the heartbeat before it told, and the request under way, may make it this much longer than the promise.
const toleranceMs = 250

/** docs/guides/operating.md: known sessions for a second, then 503 `cannot_verify`; signatures are checked all along. */
const identityDown = async ({ gateways, adminToken, history }: Environment): Promise<Measured> => {
  await compose('kill', 'identity')
  const downAt = performance.now()
  await delay(2_000)
  for (const { url } of gateways.all()) {
    expect(refusalOf(await meAt(url, forged(adminToken)))).toEqual({ status: 401, code: 'invalid_token' })
    const untold = await meAt(url, adminToken)
    expect(refusalOf(untold)).toEqual({ status: 503, code: 'cannot_verify' })
    expect(untold.headers.get('retry-after')).toMatch(/^\d+$/)
  }
  await delay(Math.max(0, downAt + awayMs - performance.now()))
  const upAt = performance.now()
  await compose('start', 'identity')
  const readyMs = await (await findAll('identity', 'gateway'))(upAt)
  const meanwhile = history().reads.filter((it) => it.begunMs > downAt && it.endedMs < upAt)
  const lateYes = meanwhile.filter((it) => it.status === 200).map((it) => it.begunMs - downAt)
  const others = meanwhile.filter((it) => it.status !== 200 && it.status !== 401 && it.code !== 'cannot_verify')
  return { 'last 200 after': Math.max(0, ...lateYes), 'other answers (count)': others.length, 'all ready': readyMs }
}

/** One after the other, as a release does it. Nginx and Postgres have no second replica here. */
const restartEverything = async ({ gateways }: Environment): Promise<Measured> => {
  let exitCodes = 0
  for (const { Id: id } of await containers('gateway', 'identity', 'rabbitmq')) {
    await docker('stop', id)
    exitCodes += Number(await docker('inspect', '--format', '{{.State.ExitCode}}', id))
    await docker('start', id)
    await gateways.refresh()
    await untilHealthy()
  }
  return { 'exit codes (sum)': exitCodes }
}

export const processRows: Row[] = [
  {
    name: 'kill -9 of the identity whose relay leads',
    runs: kills,
    fault: () => repeat(kills, killLeader),
    aims: { 'new leader': 2_000 },
  },
  { name: 'kill -9 of the other identity', runs: kills, fault: () => repeat(kills, killOther) },
  {
    name: 'kill -9 of a gateway',
    runs: kills,
    fault: (environment) => repeat(kills, (nth) => killGateway(environment, nth)),
    aims: { 'gateway ready': 5_000 },
  },
  {
    name: 'identity wholly down',
    runs: 1,
    fault: identityDown,
    aims: { 'last 200 after': 1_000 + toleranceMs, 'other answers (count)': 0 },
  },
  {
    name: 'rolling restart of gateways, identities and the broker',
    runs: 1,
    fault: restartEverything,
    aims: { 'exit codes (sum)': 0 },
    check: failedNothingThroughNginx,
  },
]
