import { performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { tooBusy } from './work-queue.ts'

type Options = {
  /** Who comes in should be out again after this long. */
  withinMs: number
  /** What one is guessed to take before any was seen. */
  initialMs: number
  /** So many may be inside whatever it takes. */
  atLeast: number
  /** Who is refused hears of it after this long, give or take a half. */
  refuseAfterMs: number
  /** So many may be held until they hear; beyond that they hear at once. */
  heldAtMost: number
}

// Of one account, however fast hashes are: they take turns at its counters, each with a connection to the database.
const mostOfOne = 20

// One in twenty: follows a load that changes within a second, and no single slow one.
const weight = 0.05

/** Leaves the gate for something that has a bound of its own; neither room nor pace of the others depends on it. */
export type StepAside = <Result>(work: () => Promise<Result>) => Promise<Result>

/**
 * Lets in as many as can be served within a time, by how fast they have been leaving lately; the others are refused
 * before they cost anything. A fixed number would be wrong twice: a hash takes longer when everything else is busy too.
 *
 * Of one account no more than a quarter of that may be inside (half, of the least number), so that whoever floods one leaves room for all others. There is no
 * such share for an address: many people may have one.
 *
 * A refusal is held back for a while, because not all clients heed `Retry-After`: 500 that try again at once send 6,500
 * refusals a second through the event loop, which then accepts so few new connections that those wait for seconds.
 */
export const createGate = ({ withinMs, initialMs, atLeast, refuseAfterMs, heldAtMost }: Options) => {
  const insideOf = new Map<string, number>()
  let held = 0
  let msEach = initialMs
  let lastLeftAt = 0

  const holdBack = async () => {
    if (held >= heldAtMost) return
    held += 1
    // At random: those who were refused together do not come back together.
    await delay(refuseAfterMs * (0.5 + Math.random()))
    held -= 1
  }

  const hasRoomFor = (account: string) => {
    const places = Math.max(atLeast, withinMs / msEach)
    const share = Math.max(1, Math.floor(atLeast / 2), Math.min(mostOfOne, Math.floor(places / 4)))
    if ((insideOf.get(account) ?? 0) >= share) return false
    // Who came in when there was more room takes no more of it from others than a share now.
    let taken = 0
    for (const count of insideOf.values()) taken += Math.min(count, share)
    return taken < places
  }

  const enter = (account: string) => {
    insideOf.set(account, (insideOf.get(account) ?? 0) + 1)
  }

  const leave = (account: string) => {
    const others = (insideOf.get(account) ?? 0) - 1
    if (others > 0) insideOf.set(account, others)
    else insideOf.delete(account)
  }

  return {
    /** @throws AppError `too_busy` */
    pass: async <Result>(account: string, work: (stepAside: StepAside) => Promise<Result>): Promise<Result> => {
      if (!hasRoomFor(account)) {
        await holdBack()
        throw tooBusy()
      }
      enter(account)
      let enteredAt = performance.now()
      const stepAside: StepAside = async (aside) => {
        leave(account)
        try {
          return await aside()
        } finally {
          enter(account)
          enteredAt = performance.now()
        }
      }
      try {
        return await work(stepAside)
      } finally {
        const now = performance.now()
        msEach += weight * (now - Math.max(lastLeftAt, enteredAt) - msEach)
        lastLeftAt = now
        leave(account)
      }
    },
  }
}
