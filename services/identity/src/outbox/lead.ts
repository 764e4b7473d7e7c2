import { setTimeout as delay } from 'node:timers/promises'
import type { Publisher } from '@gatehouse/events'
import type { createBell } from './bell.ts'
import type { LeaderConnection } from './leader-connection.ts'
import { startRelayHeartbeat } from './relay-heartbeat.ts'
import type { RelayMetrics } from './relay-metrics.ts'
import { sentRows } from './sent-rows.ts'

type Needs = {
  connection: LeaderConnection
  publisher: Publisher
  metrics: RelayMetrics
  bell: ReturnType<typeof createBell>
  isStopping: () => boolean
}

const pollMs = 250
const backlogEveryMs = 1_000
const purgeEveryMs = 60_000

/** What the leader does until it is stopped, or throws because it lost its connection and the lead with it. */
export const lead = async ({ connection, publisher, metrics, bell, isStopping }: Needs) => {
  const heartbeat = startRelayHeartbeat(publisher)

  /** Take, publish, mark. @returns whether to go straight on: there is more, and it goes through */
  const pump = async () => {
    const { rows, stampMs, askedAt, isAll } = await connection.takeUnsent()
    const outcomes = await publisher.publishAll(rows)
    const sent = sentRows(rows, outcomes)
    await connection.markSent(sent.map((it) => it.seq))
    if (rows.length > 0) metrics.count(outcomes, (performance.now() - askedAt) / 1000)
    const drained = isAll && sent.length === rows.length
    heartbeat.note({ stampMs, askedAt, drained })
    return !drained && sent.length > 0
  }

  const takesMessages = () => {
    const { connected, blocked } = publisher.state()
    return connected && !blocked
  }

  let backlogAt = performance.now()
  let purgeAt = performance.now() + purgeEveryMs
  try {
    while (!isStopping()) {
      // Without the broker nothing is taken, and a hint is no reason to look again.
      if (!takesMessages()) await delay(pollMs)
      else if (!(await pump())) await bell.sleep(pollMs)

      const now = performance.now()
      if (now >= backlogAt) {
        metrics.backlog(await connection.readBacklog())
        backlogAt = now + backlogEveryMs
      }
      if (now >= purgeAt) {
        // One batch between two pumps: a purge holds no event up.
        const { purged, more } = await connection.purgeSent()
        metrics.purged(purged)
        purgeAt = more ? now : now + purgeEveryMs
      }
    }
  } finally {
    heartbeat.stop()
  }
}
