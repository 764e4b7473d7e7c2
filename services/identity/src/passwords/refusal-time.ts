import { performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'

// Measured on an idle machine; the same hash takes somewhat longer under load.
const margin = 1.25
// Half-life of a peak: soon after a slow moment refusals still take similarly long.
const halfLifeMs = 30_000
const maxMs = 2_000

type Peak = { ms: number; at: number }
type Clock = { now: () => number; wait: (ms: number) => Promise<unknown> }
const realClock: Clock = { now: () => performance.now(), wait: delay }

/**
 * Makes all refusals take equally long. While hashes of several kinds are stored, each refusal is delayed until one of the
 * slowest kind would be sent: as measured, and as observed in recent refusals, including queueing. Waiting uses no core and
 * no place.
 */
export const createRefusalTime = ({ now, wait }: Clock = realClock) => {
  let slowestMs = 0
  // By number of forms: a password that is tried in two forms takes twice as long.
  const peaks = new Map<number, Peak>()

  const peakOf = (forms: number) => {
    const peak = peaks.get(forms)
    return peak ? peak.ms * 2 ** ((peak.at - now()) / halfLifeMs) : 0
  }

  return {
    /** Sets the measured time of the slowest stored kind; 0 if all hashes are of the current kind. */
    setSlowest: (ms: number) => {
      slowestMs = ms
      if (ms === 0) peaks.clear()
    },
    /** @returns `wait`, to be awaited before refusing the password */
    start: (forms: number) => {
      const startedAt = now()
      return {
        wait: async () => {
          if (slowestMs === 0) return
          const tookMs = now() - startedAt
          if (tookMs >= peakOf(forms)) peaks.set(forms, { ms: tookMs, at: now() })
          const dueMs = Math.min(maxMs, Math.max(peakOf(forms), slowestMs * margin * forms))
          if (dueMs > tookMs) await wait(dueMs - tookMs)
        },
      }
    },
  }
}
export type RefusalTime = ReturnType<typeof createRefusalTime>
