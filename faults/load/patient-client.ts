import { setTimeout as delay } from 'node:timers/promises'
import { gatehouse } from '@gatehouse/e2e/support/client.ts'
import type { Answer, Client } from '@gatehouse/testkit'
import type { Attempt } from '../history/history.ts'

export type Asked<Given = unknown> = { answer: Answer<Given> | null; begunMs: number; endedMs: number }

const againMs = 250
// Longer than any fault: whoever still gets no answer has found a defect.
const patienceMs = 120_000

/** One request, however it ends; null where no answer came. */
export const ask = async <Given>(request: () => Promise<Answer<Given>>): Promise<Asked<Given>> => {
  const begunMs = performance.now()
  // A connection that is refused or breaks is what happens in these rows; the history says so.
  const answer = await request().catch(() => null)
  return { answer, begunMs, endedMs: performance.now() }
}

const pauseMs = (answer: Answer | null) => Math.max(againMs, 1_000 * Number(answer?.headers.get('retry-after') ?? 0))
const isOutage = (answer: Answer | null) => answer === null || answer.status >= 500 || answer.status === 429

/**
 * A client as it should be: through Nginx, asking again after an outage, as often as it takes, and waiting as it is told to.
 * @returns the first answer that is one, and whether an attempt before it may have done the work
 */
export const openPatientClient = (record: (attempt: Attempt) => void) => {
  const client = gatehouse()
  return async <Given>(
    what: string,
    request: (client: Client) => Promise<Answer<Given>>,
    each?: (asked: Asked) => void,
  ) => {
    const startedAt = performance.now()
    for (let again = false; ; again = true) {
      const asked = await ask(() => request(client))
      const { answer, begunMs, endedMs } = asked
      record({ what, begunMs, endedMs, status: answer?.status ?? null })
      each?.(asked)
      if (answer && !isOutage(answer)) return { ...asked, answer, again }
      if (endedMs - startedAt > patienceMs) throw new Error(`${what} was last answered ${answer?.status ?? 'nothing'}`)
      await delay(pauseMs(answer))
    }
  }
}
export type PatientClient = ReturnType<typeof openPatientClient>

/** @throws Error that names the answer */
export const unexpected = (what: string, { status, text }: Answer) =>
  new Error(`${what} was answered ${status}: ${text}`)
