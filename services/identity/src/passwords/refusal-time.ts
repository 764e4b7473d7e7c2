import { performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'

// A measure is of one quiet moment; the same hash takes somewhat longer at the next.
const margin = 1.25
// A slow moment is forgotten by half in this time, so that the next refusal is still alike.
const halfLifeMs = 30_000
// Whoever is refused waits no longer than this, whatever was stored or seen.
const mostMs = 2_000

type Peak = { ms: number; at: number }
type Clock = { now: () => number; wait: (ms: number) => Promise<unknown> }
const realClock: Clock = { now: () => performance.now(), wait: delay }

/**
 * How long a refusal takes. While hashes of several kinds are stored, each refusal is held back until the slowest of them
 * would have been refused too: by measure, and by what refusals took of late, which the queues are part of. Waiting costs
 * no core and holds no place: as many wait as can be verified meanwhile.
 */
export const createRefusalTime = ({ now, wait }: Clock = realClock) => {
  let slowestMs = 0
  // What a password costs that is tried in two forms is compared with its like.
  const peaks = new Map<number, Peak>()

  const peakOf = (forms: number) => {
    const peak = peaks.get(forms)
    return peak ? peak.ms * 2 ** ((peak.at - now()) / halfLifeMs) : 0
  }

  return {
    /** Takes what the slowest kind present was measured to take; 0 when all are of one kind. */
    expect: (ms: number) => {
      slowestMs = ms
      if (ms === 0) peaks.clear()
    },
    /** @returns `pass`, to be awaited when the password that came is to be refused */
    start: (forms: number) => {
      const startedAt = now()
      return {
        pass: async () => {
          if (slowestMs === 0) return
          const tookMs = now() - startedAt
          if (tookMs >= peakOf(forms)) peaks.set(forms, { ms: tookMs, at: now() })
          const dueMs = Math.min(mostMs, Math.max(peakOf(forms), slowestMs * margin * forms))
          if (dueMs > tookMs) await wait(dueMs - tookMs)
        },
      }
    },
  }
}
export type RefusalTime = ReturnType<typeof createRefusalTime>
