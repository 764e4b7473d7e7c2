import { setTimeout as delay } from 'node:timers/promises'

/** The result of `work`. @throws Error that names `what` when it takes longer than `ms` */
export const withTimeout = async <Value>(ms: number, what: string, work: Promise<Value>): Promise<Value> => {
  const done = new AbortController()
  const expiry = delay(ms, undefined, { signal: done.signal }).then(() => {
    throw new Error(`${what} took longer than ${ms} ms`)
  })
  // The loser of the race may reject later, which must not become an unhandled rejection.
  work.catch(() => undefined)
  expiry.catch(() => undefined)
  try {
    return await Promise.race([work, expiry])
  } finally {
    done.abort()
  }
}
