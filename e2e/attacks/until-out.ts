import { performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { me } from '../support/users.ts'

/** @returns after how many ms a token was refused; null when it still counts after `withinMs` */
export const untilOut = async (token: string, withinMs = 3_000) => {
  const startedAt = performance.now()
  while (performance.now() - startedAt < withinMs) {
    const { status, text } = await me(token)
    if (status === 401) return performance.now() - startedAt
    // For as long as nobody can tell, nobody is let in either.
    if (status !== 200 && status !== 503) throw new Error(`it was answered ${status}: ${text}`)
    await delay(20)
  }
  return null
}
