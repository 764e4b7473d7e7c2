import { setTimeout as delay } from 'node:timers/promises'
import type { Read } from '../history/history.ts'

type Asking = () => Promise<Read>

const closelyForMs = 1_300
const growth = { leastMs: 10, mostMs: 150, times: 1.6 }
// Nothing may bring an ended session back to life.
const laterMs = [1_050, 2_000, 4_000]

/** Asks about a session that has just ended until it is refused, and now and again afterwards. */
export const watchEnded = async (ask: Asking, endedMs: number) => {
  let pauseMs = growth.leastMs
  while (performance.now() - endedMs < closelyForMs && (await ask()).status !== 401) {
    await delay(pauseMs)
    pauseMs = Math.min(growth.mostMs, pauseMs * growth.times)
  }
  for (const atMs of laterMs) {
    await delay(Math.max(0, endedMs + atMs - performance.now()))
    await ask()
  }
}
