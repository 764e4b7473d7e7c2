import { setTimeout as delay } from 'node:timers/promises'
import type { Publisher } from '@gatehouse/events'
import type { Logger } from '@gatehouse/service'
import { type LeaderConnection, openLeaderConnection } from './leader-connection.ts'
import type { RelayMetrics } from './relay-metrics.ts'
import { runAsLeader } from './run-as-leader.ts'
import { createWakeUp } from './wake-up.ts'

type Needs = {
  databaseUrl: string
  publisher: Publisher
  metrics: RelayMetrics
  log: Pick<Logger, 'info' | 'warn'>
}

const campaignEveryMs = 250
const stopWithinMs = 2_000
const repeatLogAfterMs = 5_000

/**
 * Moves events from the outbox to the broker. All replicas run it and one of them leads. After a failure it restarts itself;
 * `state()` has the last error.
 */
export const startRelay = ({ databaseUrl, publisher, metrics, log }: Needs) => {
  const wakeUp = createWakeUp()
  let stopping = false
  let leads = false
  let lastError: string | null = null
  let open: LeaderConnection | null = null
  let loggedAt = Number.NEGATIVE_INFINITY
  metrics.watchBroker(publisher.state)
  metrics.leader(false)

  const setLeader = (isLeader: boolean) => {
    leads = isLeader
    metrics.leader(isLeader)
  }

  const campaign = async () => {
    const connection = await openLeaderConnection(databaseUrl, wakeUp.notify)
    open = connection
    try {
      while (!stopping && !(await connection.tryToLead())) await wakeUp.wait(campaignEveryMs)
      if (stopping) return
      setLeader(true)
      log.info({}, 'this relay is now the leader')
      await runAsLeader({ connection, publisher, metrics, wakeUp, isStopping: () => stopping })
    } finally {
      setLeader(false)
      open = null
      await connection.close()
    }
  }

  const logFailure = (error: unknown) => {
    const message = error instanceof Error ? error.message : String(error)
    const isNew = message !== lastError || performance.now() - loggedAt > repeatLogAfterMs
    lastError = message
    if (stopping || !isNew) return
    loggedAt = performance.now()
    log.warn({ err: error }, 'relay failed, restarting')
  }

  const run = async () => {
    while (!stopping) {
      try {
        await campaign()
      } catch (error) {
        logFailure(error)
        await delay(campaignEveryMs)
      }
    }
  }

  const ended = run()
  return {
    state: () => ({ leads, connected: open !== null, lastError }),
    /** Finishes the current batch if the broker confirms it within 2 s; otherwise another relay sends it again. */
    stop: async () => {
      stopping = true
      wakeUp.notify()
      const finished = new AbortController()
      // Aborting rejects the delay; that is expected.
      const expiry = delay(stopWithinMs, undefined, { signal: finished.signal }).catch(() => undefined)
      await Promise.race([ended, expiry])
      finished.abort()
      if (open === null) return
      open.destroy()
      setLeader(false)
    },
  }
}
export type Relay = ReturnType<typeof startRelay>
