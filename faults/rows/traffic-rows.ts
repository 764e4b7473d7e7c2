import { setTimeout as delay } from 'node:timers/promises'
import { openTally } from '@gatehouse/e2e/support/pace.ts'
import { type Credentials, createUser, trySignIn } from '@gatehouse/e2e/support/users.ts'
import type { Environment } from '../environment.ts'
import { setProxyLink } from '../proxy-link.ts'
import { type Check, failedNothing, inFull, type Measured, type Row } from '../row.ts'

const lengths = {
  calmMs: inFull(30_000, 300_000),
  stormMs: inFull(10_000, 30_000),
  clockMs: inFull(20_000, 60_000),
  lineMs: inFull(15_000, 60_000),
}
const crowd = 500

/** So many clients who want in at once, and wait as they are told when they cannot. */
const storm = async ({ adminToken }: Environment): Promise<Measured> => {
  const credentials: Credentials = await createUser(adminToken, 'crowd')
  const tally = openTally()
  const until = performance.now() + lengths.stormMs
  const client = async () => {
    while (performance.now() < until) {
      const { status, headers } = await trySignIn(credentials)
      tally.add(`logins ${status} (count)`)
      if (status !== 200) await delay(1_000 * Number(headers.get('retry-after') ?? 1))
    }
  }
  await Promise.all(Array.from({ length: crowd }, client))
  // 429 from Nginx, which counts requests per network, and from identity, which counts failures.
  const other = Object.entries(tally.counts).filter(([it]) => !/ (200|429|503) /.test(it))
  return { ...tally.counts, 'other answers (count)': other.reduce((sum, [, count]) => sum + count, 0) }
}

const clockShifted = { FAULTS_GATEWAY_PRELOAD: '--import=/faults/off-clock.ts' }
const throughBadLink = { FAULTS_BROKER: 'broker-proxy' }

const badLink = async ({ history }: Environment): Promise<Measured> => {
  await setProxyLink({ delayMs: 200, resets: 0.05 })
  await delay(lengths.lineMs)
  const { connections } = await setProxyLink({})
  return { 'connections (count)': connections, 'reads (count)': history().reads.length }
}

/** The figures of the promise, from the history itself. */
const refusedWithin =
  (aims: { p50: number; p99: number; max: number }): Check =>
  ({ refused }) =>
    (['p50', 'p99', 'max'] as const)
      .filter((it) => refused[it] > aims[it])
      .map((it) => `refused after ${it} ${Math.round(refused[it])} ms instead of at most ${aims[it]}`)

export const calmRow: Row = {
  name: `none, ${lengths.calmMs / 1000} s`,
  runs: 1,
  fault: async () => {
    await delay(lengths.calmMs)
    return {}
  },
  check: (figures) => [...refusedWithin({ p50: 100, p99: 500, max: 1_000 })(figures), ...failedNothing(figures)],
}

export const trafficRows: Row[] = [
  {
    name: `${crowd} logins at once for ${lengths.stormMs / 1000} s`,
    runs: 1,
    fault: storm,
    aims: { 'other answers (count)': 0 },
  },
  {
    name: "gateways' clocks stepped 60 s ahead and back every 5 s",
    runs: 1,
    setUp: (environment) => environment.restartWith(clockShifted, 'gateway'),
    fault: async () => {
      await delay(lengths.clockMs)
      return {}
    },
    check: refusedWithin({ p50: 100, p99: 500, max: 1_000 }),
    tearDown: (environment) => environment.restartWith({}, 'gateway'),
  },
  {
    name: 'broker 200 ms away, 5 % of its connections reset each second',
    runs: 1,
    setUp: (environment) => environment.restartWith(throughBadLink, 'identity', 'gateway'),
    // Whoever cannot be told in time is let in for less than a second all the same: that is an invariant, and the aim.
    fault: badLink,
    tearDown: async (environment) => {
      await setProxyLink({})
      await environment.restartWith({}, 'identity', 'gateway')
    },
  },
]
