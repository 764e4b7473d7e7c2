import { maxSessionsPerLookup } from '@gatehouse/contracts'
import type { Freshness } from './freshness.ts'
import type { IdentityClient } from './identity-client.ts'
import type { SessionDirectory } from './session-directory.ts'

type Needs = {
  identity: Pick<IdentityClient, 'lookUp'>
  directory: SessionDirectory
  freshness: Freshness
  now: () => number
  /** Called once for each call that failed. */
  onFailure: (error: unknown) => void
}
type LookUp = { sentAt: number; done: Promise<void> }

// A request may join a look-up that was sent up to this long ago: half of the promised second.
const joinWithinMs = 500
const maxCallsInFlight = 8

/**
 * Looks up sessions at identity. Look-ups of the same millisecond share a call, and later requests for the same session join a
 * look-up that was just sent.
 */
export const createLookUpBatcher = ({ identity, directory, freshness, now, onFailure }: Needs) => {
  const inFlight = new Map<string, LookUp>()
  let waiting = new Map<string, PromiseWithResolvers<void>>()
  let timer: NodeJS.Timeout | undefined
  let callsInFlight = 0
  let isAnswering = false
  const counts = { calls: 0, sessions: 0, failures: 0 }

  const send = async (batch: Map<string, PromiseWithResolvers<void>>) => {
    const sentAt = now()
    const lookUp = directory.beginLookUp(sentAt)
    for (const [id, { promise }] of batch) inFlight.set(id, { sentAt, done: promise })
    callsInFlight += 1
    counts.calls += 1
    counts.sessions += batch.size
    try {
      const { now_ms: nowMs, sessions } = await identity.lookUp([...batch.keys()])
      isAnswering = true
      freshness.clockSample({ sentAt, nowMs })
      lookUp.answered(sessions)
      for (const { resolve } of batch.values()) resolve()
    } catch (error) {
      isAnswering = false
      counts.failures += 1
      onFailure(error)
      for (const { reject } of batch.values()) reject(error)
    } finally {
      lookUp.close()
      callsInFlight -= 1
      for (const [id, { promise }] of batch) if (inFlight.get(id)?.done === promise) inFlight.delete(id)
      if (waiting.size > 0) flush()
    }
  }

  const flush = () => {
    timer = undefined
    while (waiting.size > 0 && callsInFlight < maxCallsInFlight) {
      const batch = new Map([...waiting].slice(0, maxSessionsPerLookup))
      waiting = new Map([...waiting].slice(maxSessionsPerLookup))
      void send(batch)
    }
  }

  return {
    /** Resolves when the directory has the answer, rejects when there is none. */
    ask: (id: string): Promise<void> => {
      const sent = inFlight.get(id)
      if (sent && now() - sent.sentAt < joinWithinMs) return sent.done
      const queued = waiting.get(id)
      if (queued) return queued.promise
      const asked = Promise.withResolvers<void>()
      // All callers may have gone when it rejects.
      asked.promise.catch(() => undefined)
      waiting.set(id, asked)
      timer ??= setTimeout(flush, 1)
      return asked.promise
    },
    /** Samples the database's clock with a look-up of no session. */
    sampleClock: () => send(new Map()),
    /** Whether the last call was answered. */
    isAnswering: () => isAnswering,
    counts: () => ({ ...counts }),
    stop: () => clearTimeout(timer),
  }
}
export type LookUpBatcher = ReturnType<typeof createLookUpBatcher>
