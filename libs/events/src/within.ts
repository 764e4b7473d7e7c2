import { setTimeout as delay } from 'node:timers/promises'

/** Waits for the work, but not longer. @throws Error that says what took too long */
export const within = async <Value>(ms: number, what: string, work: Promise<Value>): Promise<Value> => {
  const done = new AbortController()
  const expiry = delay(ms, undefined, { signal: done.signal }).then(() => {
    throw new Error(`${what} took longer than ${ms} ms`)
  })
  // Whichever loses the race may still fail, with nobody there to hear it.
  work.catch(() => undefined)
  expiry.catch(() => undefined)
  try {
    return await Promise.race([work, expiry])
  } finally {
    done.abort()
  }
}
