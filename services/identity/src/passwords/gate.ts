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

/** Whether an attempt comes from where its account was seen; asked only once the account's share is filled. */
export type IsKnown = () => Promise<boolean>

/** Leaves the gate for something that has a bound of its own; neither room nor pace of the others depends on it. */
export type StepAside = <Result>(work: () => Promise<Result>) => Promise<Result>

/**
 * Lets in as many as can be served within a time, by how fast they have been leaving lately; the others are refused
 * before they cost anything. A fixed number would be wrong twice: a hash takes longer when everything else is busy too.
 *
 * Of one account no more than a quarter of that may be inside (half, of the least number), so that whoever floods one leaves
 * room for all others; and as many again from places where its owner was seen, so that he is not kept out meanwhile. There is no
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

  const places = () => Math.max(atLeast, withinMs / msEach)
  const share = () => Math.max(1, Math.floor(atLeast / 2), Math.min(mostOfOne, Math.floor(places() / 4)))

  const hasFilledShare = (account: string) => (insideOf.get(account) ?? 0) >= share()
  const hasRoomFor = (account: string) => {
    if (hasFilledShare(account)) return false
    // Who came in when there was more room takes no more of it from others than a share now.
    let taken = 0
    for (const count of insideOf.values()) taken += Math.min(count, share())
    return taken < places()
  }

  const enter = (account: string) => {
    insideOf.set(account, (insideOf.get(account) ?? 0) + 1)
  }

  /** Looks and enters in one go: nothing may come in between. @returns whether there was room */
  const tryToEnter = (account: string) => {
    const hasRoom = hasRoomFor(account)
    if (hasRoom) enter(account)
    return hasRoom
  }

  /** @returns in whose share it has come in, or null when there was no room */
  const enterAs = (account: string, isKnown: IsKnown): string | null | Promise<string | null> => {
    if (tryToEnter(account)) return account
    if (!hasFilledShare(account)) return null
    // No username has a space in it, so this is the share of nobody else.
    const known = `${account} where known`
    return hasRoomFor(known) ? isKnown().then((it) => (it && tryToEnter(known) ? known : null)) : null
  }

  const leave = (account: string) => {
    const others = (insideOf.get(account) ?? 0) - 1
    if (others > 0) insideOf.set(account, others)
    else insideOf.delete(account)
  }

  return {
    /** @throws AppError `too_busy` */
    pass: async <Result>(
      account: string,
      work: (stepAside: StepAside) => Promise<Result>,
      isKnown: IsKnown = async () => false,
    ): Promise<Result> => {
      const entered = enterAs(account, isKnown)
      const taken = entered instanceof Promise ? await entered : entered
      if (taken === null) {
        await holdBack()
        throw tooBusy()
      }
      let enteredAt = performance.now()
      const stepAside: StepAside = async (aside) => {
        leave(taken)
        try {
          return await aside()
        } finally {
          enter(taken)
          enteredAt = performance.now()
        }
      }
      try {
        return await work(stepAside)
      } finally {
        const now = performance.now()
        msEach += weight * (now - Math.max(lastLeftAt, enteredAt) - msEach)
        lastLeftAt = now
        leave(taken)
      }
    },
  }
}
