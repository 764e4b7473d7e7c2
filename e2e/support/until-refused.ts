import { expect } from 'vitest'
import { refusalOf } from './client.ts'
import { meAt } from './users.ts'

/**
 * Asks one gateway without a pause until it refuses a session whose end was answered at `answeredAt`.
 * @returns after how many ms the last request that was let in had begun (0: none was), and the refusal had arrived
 */
export const untilRefused = async (url: string, token: string, answeredAt: number) => {
  let lastLetInMs = 0
  while (true) {
    const begunMs = performance.now() - answeredAt
    const answer = await meAt(url, token)
    if (answer.status === 401) {
      expect(refusalOf(answer)).toEqual({ status: 401, code: 'session_ended' })
      return { lastLetInMs, refusedMs: performance.now() - answeredAt }
    }
    // Neither a wrong yes for ever nor an outage in between.
    expect(answer.status, answer.text).toBe(200)
    if (begunMs > 5_000) throw new Error('still let in 5 s after the end of the session was answered')
    lastLetInMs = begunMs
  }
}

/** What this share of the figures does not exceed: 0.5 for the median, 1 for the largest. */
export const shareOfMs = (figures: number[], share: number) =>
  figures.toSorted((one, other) => one - other)[Math.ceil(figures.length * share) - 1] ?? Number.NaN

/** `p50 1.2 ms, p99 3.4 ms, max 5.6 ms` */
export const describeMs = (figures: number[]) => {
  const at = (share: number) => `${shareOfMs(figures, share).toFixed(1)} ms`
  return `p50 ${at(0.5)}, p99 ${at(0.99)}, max ${at(1)}`
}
