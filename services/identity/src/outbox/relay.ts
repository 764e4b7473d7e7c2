import { setTimeout as delay } from 'node:timers/promises'
import { heartbeatIntervalMs } from '@gatehouse/contracts'
import type { Outcome, Publisher } from '@gatehouse/events'
import type { Logger } from '@gatehouse/service'
import { type LeaderConnection, openLeaderConnection, type UnsentRow } from './leader-connection.ts'
import type { RelayMetrics } from './relay-metrics.ts'

type Needs = { databaseUrl: string; publisher: Publisher; metrics: RelayMetrics; log: Logger }

const pollMs = 250
const backlogEveryMs = 1_000
const purgeEveryMs = 60_000

/**
 * Rows that may be marked sent: confirmed, and behind no failure of the same user. So what is sent again comes in the
 * order of its versions.
 */
export const sentRows = (rows: UnsentRow[], outcomes: Outcome[]) => {
  const broken = new Set<string>()
  return rows.filter(({ aggregateId }, at) => {
    if (outcomes[at] !== 'confirmed') broken.add(aggregateId)
    return !broken.has(aggregateId)
  })
}

/** Sleeps until the hint or for so long; a hint that came before is not lost. */
const createBell = () => {
  let rung = false
  let wake = () => {}
  return {
    ring: () => {
      rung = true
      wake()
    },
    wait: async (ms: number, signal: AbortSignal) => {
      if (!rung) {
        const woken = new AbortController()
        wake = () => woken.abort()
        // Aborted means woken: there is nothing else to learn from it.
        await delay(ms, undefined, { signal: AbortSignal.any([woken.signal, signal]) }).catch(() => undefined)
      }
      rung = false
    },
  }
}

/**
 * Moves events from the outbox to the broker: take, publish, mark. Any number of replicas may run it; one leads. Nothing
 * that fails here ends the process: the loop starts over.
 */
export const startRelay = ({ databaseUrl, publisher, metrics, log }: Needs) => {
  const stopping = new AbortController()
  const { signal } = stopping
  const bell = createBell()
  let leads = false

  /** Database time that has passed since `stampMs` was read, by our own monotonic clock. */
  const pump = async (connection: LeaderConnection) => {
    const { rows, stampMs, isAll } = await connection.takeUnsent()
    const readAt = performance.now()
    if (rows.length === 0) return { asOf: stampMs, stampMs, readAt, stuck: false }
    const outcomes = await publisher.publishAll(rows)
    const sent = sentRows(rows, outcomes)
    await connection.markSent(sent.map((it) => it.seq))
    metrics.count(outcomes, (performance.now() - readAt) / 1000)
    const drained = isAll && sent.length === rows.length
    return { asOf: drained ? stampMs : null, stampMs, readAt, stuck: sent.length === 0 }
  }

  const lead = async (connection: LeaderConnection) => {
    let asOf = 0
    let clock = { stampMs: 0, readAt: 0 }
    const beat = setInterval(() => {
      const sentAt = clock.stampMs + (performance.now() - clock.readAt)
      if (asOf > 0) publisher.publishHeartbeat({ as_of: asOf, sent_at: sentAt })
    }, heartbeatIntervalMs)
    let lastBacklog = Number.NEGATIVE_INFINITY
    let lastPurge = performance.now()
    try {
      while (!signal.aborted) {
        const { stuck, ...pumped } = await pump(connection)
        clock = pumped
        if (pumped.asOf !== null) asOf = pumped.asOf
        const now = performance.now()
        if (now - lastBacklog >= backlogEveryMs) {
          metrics.backlog(await connection.readBacklog())
          lastBacklog = now
        }
        if (now - lastPurge >= purgeEveryMs) {
          while ((await connection.purgeSent()) === 1_000 && !signal.aborted) await bell.wait(10, signal)
          lastPurge = now
        }
        // Straight on while there is more; where the broker takes nothing, at the pace of the poll.
        if (stuck) await delay(pollMs, undefined, { signal }).catch(() => undefined)
        else if (pumped.asOf !== null) await bell.wait(pollMs, signal)
      }
    } finally {
      clearInterval(beat)
    }
  }

  const campaign = async () => {
    const connection = await openLeaderConnection(databaseUrl, bell.ring)
    try {
      while (!signal.aborted && !(await connection.tryToLead())) await bell.wait(pollMs, signal)
      if (signal.aborted) return
      leads = true
      metrics.leader(true)
      log.info({}, 'this relay leads')
      await lead(connection)
    } finally {
      leads = false
      metrics.leader(false)
      await connection.close()
    }
  }

  const run = async () => {
    while (!signal.aborted) {
      try {
        await campaign()
      } catch (error) {
        log.warn({ err: error }, 'the relay starts over')
        await delay(pollMs, undefined, { signal }).catch(() => undefined)
      }
    }
  }

  const ended = run()
  return {
    state: () => ({ leads }),
    /** Finishes the batch under way. */
    stop: async () => {
      stopping.abort()
      await ended
    },
  }
}
