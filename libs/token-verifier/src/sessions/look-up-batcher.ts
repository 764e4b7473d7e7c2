import { maxSessionsPerLookup } from '@gatehouse/contracts'
import type { Freshness } from './freshness.ts'
import type { IdentityClient } from './identity-client.ts'
import type { SessionDirectory } from './session-directory.ts'

type Needs = {
  identity: Pick<IdentityClient, 'lookUp'>
  directory: SessionDirectory
  freshness: Freshness
  now: () => number
  /** Called once for each question that failed. */
  onFailure: (error: unknown) => void
}
type Flight = { sentAt: number; done: Promise<void> }

// A request may share an answer that was read up to this long before it came: half of what the promise leaves.
const joinWithinMs = 500
const maxInFlight = 8

/**
 * Puts questions to identity. Those of the same millisecond go in one call; a session has one question under way, which
 * later requests join while it is young. The promise resolves when the directory holds the answer, rejects when there is none.
 */
export const createLookUpBatcher = ({ identity, directory, freshness, now, onFailure }: Needs) => {
  const flights = new Map<string, Flight>()
  let waiting = new Map<string, PromiseWithResolvers<void>>()
  let timer: NodeJS.Timeout | undefined
  let inFlight = 0
  let isAnswering = false
  const counts = { calls: 0, sessions: 0, failures: 0 }

  const send = async (batch: Map<string, PromiseWithResolvers<void>>) => {
    const sentAt = now()
    const question = directory.openQuestion(sentAt)
    for (const [id, { promise }] of batch) flights.set(id, { sentAt, done: promise })
    inFlight += 1
    counts.calls += 1
    counts.sessions += batch.size
    try {
      const { now_ms: nowMs, sessions } = await identity.lookUp([...batch.keys()])
      isAnswering = true
      freshness.sampled({ sentAt, nowMs })
      question.answered(sessions)
      for (const { resolve } of batch.values()) resolve()
    } catch (error) {
      isAnswering = false
      counts.failures += 1
      onFailure(error)
      for (const { reject } of batch.values()) reject(error)
    } finally {
      question.close()
      inFlight -= 1
      for (const [id, { promise }] of batch) if (flights.get(id)?.done === promise) flights.delete(id)
      if (waiting.size > 0) flush()
    }
  }

  const flush = () => {
    timer = undefined
    while (waiting.size > 0 && inFlight < maxInFlight) {
      const batch = new Map([...waiting].slice(0, maxSessionsPerLookup))
      waiting = new Map([...waiting].slice(maxSessionsPerLookup))
      void send(batch)
    }
  }

  return {
    ask: (id: string): Promise<void> => {
      const flight = flights.get(id)
      if (flight && now() - flight.sentAt < joinWithinMs) return flight.done
      const queued = waiting.get(id)
      if (queued) return queued.promise
      const asked = Promise.withResolvers<void>()
      // The question may fail with nobody left to hear it.
      asked.promise.catch(() => undefined)
      waiting.set(id, asked)
      timer ??= setTimeout(flush, 1)
      return asked.promise
    },
    /** Takes a sample of the database's clock, with a question about nothing. */
    askTime: () => send(new Map()),
    /** Whether the last call was answered. */
    isAnswering: () => isAnswering,
    counts: () => ({ ...counts }),
    stop: () => clearTimeout(timer),
  }
}
export type LookUpBatcher = ReturnType<typeof createLookUpBatcher>
