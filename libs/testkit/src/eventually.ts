import { setTimeout as delay } from 'node:timers/promises'

type Patience = { withinMs?: number; everyMs?: number }

/**
 * Repeats a check until it does not throw. The way to wait in tests: as short as the truth allows, never a guess.
 * @returns what the check returned
 * @throws the check's last error, once `withinMs` (5 s) are over; a check that hangs counts as failed
 */
export const eventually = async <Value>(
  check: () => Value | Promise<Value>,
  { withinMs = 5_000, everyMs = 50 }: Patience = {},
): Promise<Value> => {
  const deadline = performance.now() + withinMs
  let last: unknown = new Error(`The check did not answer within ${withinMs} ms.`)
  while (true) {
    const left = deadline - performance.now()
    if (left <= 0) throw last
    const tooLate = new AbortController()
    try {
      const expiry = delay(left, undefined, { signal: tooLate.signal }).then(() => Promise.reject(last))
      return await Promise.race([Promise.resolve().then(check), expiry])
    } catch (error) {
      last = error
    } finally {
      tooLate.abort()
    }
    await delay(Math.max(0, Math.min(everyMs, deadline - performance.now())))
  }
}
