import { describeMs, shareOfMs } from '@gatehouse/e2e/support/until-refused.ts'
import { livesOf } from './endings.ts'
import type { History } from './history.ts'

const count = <Key>(keys: Iterable<Key>) => {
  const counts = new Map<Key, number>()
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
  return counts
}

const isLost = (status: number | null) => status === null || status >= 500

/** What a row's history says in numbers; times are ms after the answer that ended a session. */
export const figuresOf = (history: History) => {
  const lifeOf = livesOf(history.endings)
  const refusedMs: number[] = []
  let lastLetInMs = 0
  const watched = history.reads.filter((it) => it.at !== 'nginx' && lifeOf(it.session).endedMs < it.endedMs)
  for (const reads of Map.groupBy(watched, (it) => `${it.session} ${it.at}`).values()) {
    const { endedMs } = lifeOf((reads[0] as (typeof reads)[number]).session)
    const firstMs = Math.min(...reads.filter((it) => it.status === 401).map((it) => it.endedMs))
    if (Number.isFinite(firstMs)) refusedMs.push(firstMs - endedMs)
    for (const it of reads) if (it.status === 200) lastLetInMs = Math.max(lastLetInMs, it.begunMs - endedMs)
  }
  const statuses = count(history.reads.map((it) => it.status ?? 'none'))
  return {
    refusals: refusedMs.length,
    refused: { p50: shareOfMs(refusedMs, 0.5), p99: shareOfMs(refusedMs, 0.99), max: shareOfMs(refusedMs, 1) },
    described: describeMs(refusedMs),
    lastLetInMs,
    reads: Object.fromEntries(statuses),
    failedReads: history.reads.filter((it) => isLost(it.status)).length,
    /** Asked at a gateway itself while it was away: there is nobody to answer, and Nginx asks another. */
    unheardByGateways: history.reads.filter((it) => it.at !== 'nginx' && it.status === null).length,
    attempts: history.attempts.length,
    failedAttempts: history.attempts.filter((it) => isLost(it.status)).length,
    redeliveries: history.deliveries.length - new Set(history.deliveries.map((it) => `${it.subscriber} ${it.id}`)).size,
  }
}
export type Figures = ReturnType<typeof figuresOf>
