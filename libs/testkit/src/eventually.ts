import { setTimeout as delay } from 'node:timers/promises'

type Options = { withinMs?: number; everyMs?: number }

/**
 * Repeats a check until it does not throw. Use it to wait in tests, instead of sleeping for a guessed time.
 * @returns what the check returned
 * @throws the check's last error after `withinMs` (5 s by default); a check that hangs counts as failed
 */
export const eventually = async <Value>(
  check: () => Value | Promise<Value>,
  { withinMs = 5_000, everyMs = 50 }: Options = {},
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
