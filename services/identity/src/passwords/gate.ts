import { performance } from 'node:perf_hooks'
import { tooBusy } from './work-queue.ts'

type Options = {
  /** Who comes in should be out again after this long. */
  withinMs: number
  /** What one is guessed to take before any was seen. */
  initialMs: number
  /** So many may be inside whatever it takes. */
  atLeast: number
}

// One in twenty: follows a load that changes within a second, and no single slow one.
const weight = 0.05

/**
 * Lets in as many as can be served within a time, by how fast they have been leaving lately; the others are refused
 * before they cost anything. A fixed number would be wrong twice: a hash takes longer when everything else is busy too.
 */
export const createGate = ({ withinMs, initialMs, atLeast }: Options) => {
  let inside = 0
  let msEach = initialMs
  let lastLeftAt = 0
  return {
    /** @throws AppError `too_busy` */
    pass: async <Result>(work: () => Promise<Result>): Promise<Result> => {
      if (inside >= atLeast && inside * msEach >= withinMs) throw tooBusy()
      inside += 1
      const enteredAt = performance.now()
      try {
        return await work()
      } finally {
        const now = performance.now()
        msEach += weight * (now - Math.max(lastLeftAt, enteredAt) - msEach)
        lastLeftAt = now
        inside -= 1
      }
    },
  }
}
