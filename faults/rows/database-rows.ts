import { setTimeout as delay } from 'node:timers/promises'
import { compose } from '@gatehouse/e2e/support/stack.ts'
import type { Environment } from '../environment.ts'
import { inFull, type Measured, type Row, repeat } from '../row.ts'
import { findAll } from './replicas.ts'

const restarts = inFull(1, 5)
const frozenMs = inFull(6_000, 10_000)

/** How long clients waited for the 503 of a change, and what else they were told of it. */
const refusalsSince = ({ history }: Environment, sinceMs: number): Measured => {
  const since = history().attempts.filter((it) => it.begunMs >= sinceMs && it.status !== null && it.status >= 500)
  return {
    '503 after': Math.max(0, ...since.filter((it) => it.status === 503).map((it) => it.endedMs - it.begunMs)),
    'other 5xx (count)': since.filter((it) => it.status !== 503).length,
  }
}

const restarted = async (environment: Environment): Promise<Measured> => {
  const untilAllUp = await findAll('identity', 'gateway')
  const startedAt = performance.now()
  await compose('restart', 'postgres')
  const recovered = await untilAllUp()
  return { recovered, ...refusalsSince(environment, startedAt) }
}

const frozen = async (environment: Environment): Promise<Measured> => {
  const untilAllUp = await findAll('identity', 'gateway')
  const startedAt = performance.now()
  await compose('pause', 'postgres')
  await delay(frozenMs)
  await compose('unpause', 'postgres')
  const recovered = await untilAllUp()
  return { recovered, ...refusalsSince(environment, startedAt) }
}

// A client also sees the way through Nginx and back.
const aims = { '503 after': 2_250, 'other 5xx (count)': 0, recovered: 3_000 }

export const databaseRows: Row[] = [
  {
    name: 'Postgres restarted',
    runs: restarts,
    fault: (environment) => repeat(restarts, () => restarted(environment)),
    aims,
  },
  {
    name: `Postgres frozen for ${frozenMs / 1000} s`,
    runs: 1,
    fault: frozen,
    aims,
    // Where the row ended well there is nothing to wake.
    tearDown: () => compose('unpause', 'postgres').catch(() => undefined),
  },
]
