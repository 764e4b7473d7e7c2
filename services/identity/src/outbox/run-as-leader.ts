import { setTimeout as delay } from 'node:timers/promises'
import type { Publisher } from '@gatehouse/events'
import type { LeaderConnection } from './leader-connection.ts'
import { startRelayHeartbeat } from './relay-heartbeat.ts'
import type { RelayMetrics } from './relay-metrics.ts'
import { sentRows } from './sent-rows.ts'
import type { createWakeUp } from './wake-up.ts'

type Needs = {
  connection: LeaderConnection
  publisher: Publisher
  metrics: RelayMetrics
  wakeUp: ReturnType<typeof createWakeUp>
  isStopping: () => boolean
}

const pollMs = 250
const backlogEveryMs = 1_000
const purgeEveryMs = 60_000

/** Publishes events until it is stopped. Throws if it loses its connection, and with it the leadership. */
export const runAsLeader = async ({ connection, publisher, metrics, wakeUp, isStopping }: Needs) => {
  const heartbeat = startRelayHeartbeat(publisher)

  /** Takes, publishes and marks a batch. @returns whether to continue at once: there is more, and publishing works */
  const publishBatch = async () => {
    const { rows, stampMs, requestedAt, isComplete } = await connection.takeUnsent()
    const outcomes = await publisher.publishAll(rows)
    const sent = sentRows(rows, outcomes)
    await connection.markSent(sent.map((it) => it.seq))
    if (rows.length > 0) metrics.count(outcomes, (performance.now() - requestedAt) / 1000)
    const drained = isComplete && sent.length === rows.length
    heartbeat.record({ stampMs, requestedAt, drained })
    return !drained && sent.length > 0
  }

  const isBrokerReady = () => {
    const { connected, blocked } = publisher.state()
    return connected && !blocked
  }

  let backlogAt = performance.now()
  let purgeAt = performance.now() + purgeEveryMs
  try {
    while (!isStopping()) {
      // Without the broker nothing can be published, so wake-ups are ignored.
      if (!isBrokerReady()) await delay(pollMs)
      else if (!(await publishBatch())) await wakeUp.wait(pollMs)

      const now = performance.now()
      if (now >= backlogAt) {
        metrics.backlog(await connection.readBacklog())
        backlogAt = now + backlogEveryMs
      }
      if (now >= purgeAt) {
        // One batch at a time, so that purging does not delay events.
        const { purged, more } = await connection.purgeSent()
        metrics.purged(purged)
        purgeAt = more ? now : now + purgeEveryMs
      }
    }
  } finally {
    heartbeat.stop()
  }
}
