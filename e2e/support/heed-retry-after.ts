import { setTimeout as delay } from 'node:timers/promises'
import type { Answer } from '@gatehouse/testkit'
import { refusalOf } from './client.ts'

/** What an overloaded service answers: the request was not begun, and may be sent again. */
const overloaded = ['too_busy', 'cannot_verify', 'database_unavailable']

/**
 * Sends a request as a client should: after a refusal by an overloaded service it waits as `Retry-After` says and sends it again.
 * @param refused told of each such refusal
 * @returns the first answer that is another, or the last refusal after `withinMs`
 */
export const heedRetryAfter = async <Given>(
  request: () => Promise<Answer<Given>>,
  refused: (code: string) => void = () => {},
  withinMs = 30_000,
): Promise<Answer<Given>> => {
  const deadline = performance.now() + withinMs
  for (;;) {
    const answer = await request()
    if (answer.status !== 503 || performance.now() > deadline) return answer
    const { code } = refusalOf(answer)
    const seconds = Number(answer.headers.get('retry-after'))
    if (!overloaded.includes(code) || !(seconds > 0)) return answer
    refused(code)
    await delay(seconds * 1000)
  }
}
