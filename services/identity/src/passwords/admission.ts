import { performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { tooBusy } from './work-queue.ts'

type Options = {
  /** Target latency: the estimated time in which an admitted attempt should finish. */
  withinMs: number
  /** Initial estimate of the time of one attempt. */
  initialMs: number
  /** Minimum number of concurrent attempts, however slow they are. */
  minConcurrent: number
  /** Average delay of a refusal; it varies by half of this. */
  refusalDelayMs: number
  /** Maximum number of delayed refusals; further ones are sent at once. */
  maxDelayedRefusals: number
}

// Limit for one account, however fast hashes are: its attempts queue for its throttle counters, each with a database
// connection.
const maxOfOneAccount = 20

// Weight of one attempt in the moving average: it follows a change of load within a second, but not a single slow attempt.
const weight = 0.05

/** Whether the attempt comes from a known network of its account. Checked only if the share of the account is full. */
export type IsKnown = () => Promise<boolean>

/** Runs work that has its own limit outside of admission: it takes no place and does not affect the estimated time. */
export type RunOutside = <Result>(work: () => Promise<Result>) => Promise<Result>

/**
 * Admission control for password attempts: admits as many as can finish within the target latency, estimated from recent
 * attempts, and refuses the others before they cost anything. A fixed limit would not fit, because a hash takes longer on a
 * busy machine.
 *
 * One account may take at most a quarter of the places (half of the minimum), so that a flood on one account leaves room for
 * others, and as many again from its known networks, so that the owner is still admitted. There is no share per address,
 * because many people may use the same one.
 *
 * Refusals are delayed, because not all clients respect `Retry-After`: 500 clients that retry at once cause 6,500 refusals a
 * second, and new connections then wait for seconds.
 */
export const createAdmission = ({
  withinMs,
  initialMs,
  minConcurrent,
  refusalDelayMs,
  maxDelayedRefusals,
}: Options) => {
  const admittedOf = new Map<string, number>()
  let delayedRefusals = 0
  let msPerAttempt = initialMs
  let lastFinishedAt = 0

  const delayRefusal = async () => {
    if (delayedRefusals >= maxDelayedRefusals) return
    delayedRefusals += 1
    // Random, so that clients refused together do not retry together.
    await delay(refusalDelayMs * (0.5 + Math.random()))
    delayedRefusals -= 1
  }

  const places = () => Math.max(minConcurrent, withinMs / msPerAttempt)
  const share = () => Math.max(1, Math.floor(minConcurrent / 2), Math.min(maxOfOneAccount, Math.floor(places() / 4)))

  const hasFilledShare = (account: string) => (admittedOf.get(account) ?? 0) >= share()
  const hasRoomFor = (account: string) => {
    if (hasFilledShare(account)) return false
    // An account that was admitted when shares were larger counts with at most its share of now.
    let taken = 0
    for (const count of admittedOf.values()) taken += Math.min(count, share())
    return taken < places()
  }

  const enter = (account: string) => {
    admittedOf.set(account, (admittedOf.get(account) ?? 0) + 1)
  }

  /** Checks and enters synchronously, without a race. @returns whether there was room */
  const tryToEnter = (account: string) => {
    const hasRoom = hasRoomFor(account)
    if (hasRoom) enter(account)
    return hasRoom
  }

  /** @returns the share that was entered, or null if there was no room */
  const enterAs = (account: string, isKnown: IsKnown): string | null | Promise<string | null> => {
    if (tryToEnter(account)) return account
    if (!hasFilledShare(account)) return null
    // A username that is tried may contain spaces, but not NUL, so this is the share of no other username.
    const known = `${account}\0known`
    return hasRoomFor(known) ? isKnown().then((it) => (it && tryToEnter(known) ? known : null)) : null
  }

  const leave = (account: string) => {
    const others = (admittedOf.get(account) ?? 0) - 1
    if (others > 0) admittedOf.set(account, others)
    else admittedOf.delete(account)
  }

  return {
    /** Runs work if it is admitted. @throws AppError `too_busy` */
    run: async <Result>(
      account: string,
      work: (runOutside: RunOutside) => Promise<Result>,
      isKnown: IsKnown = async () => false,
    ): Promise<Result> => {
      const entered = enterAs(account, isKnown)
      const taken = entered instanceof Promise ? await entered : entered
      if (taken === null) {
        await delayRefusal()
        throw tooBusy()
      }
      let enteredAt = performance.now()
      const runOutside: RunOutside = async (outside) => {
        leave(taken)
        try {
          return await outside()
        } finally {
          enter(taken)
          enteredAt = performance.now()
        }
      }
      try {
        return await work(runOutside)
      } finally {
        const now = performance.now()
        msPerAttempt += weight * (now - Math.max(lastFinishedAt, enteredAt) - msPerAttempt)
        lastFinishedAt = now
        leave(taken)
      }
    },
  }
}
