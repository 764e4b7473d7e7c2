import { setTimeout as delay } from 'node:timers/promises'
import type { Publisher } from '@gatehouse/events'
import type { Logger } from '@gatehouse/service'
import { createBell } from './bell.ts'
import { lead } from './lead.ts'
import { type LeaderConnection, openLeaderConnection } from './leader-connection.ts'
import type { RelayMetrics } from './relay-metrics.ts'

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
 * Moves events from the outbox to the broker. Any number of replicas may run it; one leads. Nothing that fails here ends
 * the process: it starts over, and `state()` says why.
 */
export const startRelay = ({ databaseUrl, publisher, metrics, log }: Needs) => {
  const bell = createBell()
  let stopping = false
  let leads = false
  let lastError: string | null = null
  let open: LeaderConnection | null = null
  let loggedAt = Number.NEGATIVE_INFINITY
  metrics.watchBroker(publisher.state)
  metrics.leader(false)

  const setLead = (to: boolean) => {
    leads = to
    metrics.leader(to)
  }

  const campaign = async () => {
    const connection = await openLeaderConnection(databaseUrl, bell.ring)
    open = connection
    try {
      while (!stopping && !(await connection.tryToLead())) await bell.sleep(campaignEveryMs)
      if (stopping) return
      setLead(true)
      log.info({}, 'this relay leads')
      await lead({ connection, publisher, metrics, bell, isStopping: () => stopping })
    } finally {
      setLead(false)
      open = null
      await connection.close()
    }
  }

  const noteFailure = (error: unknown) => {
    const message = error instanceof Error ? error.message : String(error)
    const isNews = message !== lastError || performance.now() - loggedAt > repeatLogAfterMs
    lastError = message
    if (stopping || !isNews) return
    loggedAt = performance.now()
    log.warn({ err: error }, 'the relay starts over')
  }

  const run = async () => {
    while (!stopping) {
      try {
        await campaign()
      } catch (error) {
        noteFailure(error)
        await delay(campaignEveryMs)
      }
    }
  }

  const ended = run()
  return {
    state: () => ({ leads, connected: open !== null, lastError }),
    /** Finishes the batch under way, if the broker confirms it within 2 s; else another relay sends it again. */
    stop: async () => {
      stopping = true
      bell.ring()
      const patience = new AbortController()
      // Aborted, the wait has done its work: there is nothing to learn from how it ended.
      const expiry = delay(stopWithinMs, undefined, { signal: patience.signal }).catch(() => undefined)
      await Promise.race([ended, expiry])
      patience.abort()
      if (open === null) return
      open.destroy()
      setLead(false)
    },
  }
}
export type Relay = ReturnType<typeof startRelay>
