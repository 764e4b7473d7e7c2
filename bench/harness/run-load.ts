import { setTimeout as delay } from 'node:timers/promises'
import type { Answer } from './http-client.ts'

type Load = {
  /** Number of clients, with one call in progress each. */
  atOnce: number
  forMs: number
  /** Maximum number of calls, which ends the load early. */
  mostCalls?: number
  /** One call of the given client, the nth of all. */
  call: (client: number, nth: number) => Promise<Answer>
  /** How long a client waits after a response. */
  pauseMs?: (answer: Answer) => number
}

/**
 * A closed loop of clients for a limited time. Only responses within that time count as throughput.
 * @returns every response without its body, and how long the load ran
 */
export const runLoad = async ({ atOnce, forMs, mostCalls = 500_000, call, pauseMs }: Load) => {
  const startedAt = performance.now()
  const answers: (Pick<Answer, 'status' | 'ms' | 'headers'> & { inTime: boolean })[] = []
  let calls = 0
  const timeLeft = () => startedAt + forMs - performance.now()
  const runClient = async (client: number) => {
    while (timeLeft() > 0 && calls < mostCalls) {
      calls += 1
      const answer = await call(client, calls)
      answers.push({ status: answer.status, ms: answer.ms, headers: answer.headers, inTime: timeLeft() >= 0 })
      const pause = pauseMs?.(answer) ?? 0
      if (pause > 0) await delay(Math.max(0, Math.min(pause, timeLeft())))
    }
  }
  await Promise.all(Array.from({ length: atOnce }, (_, client) => runClient(client)))
  const seconds = Math.min(performance.now() - startedAt, forMs) / 1000
  return { answers, seconds, perSecond: answers.filter((it) => it.inTime && it.status < 400).length / seconds }
}
