import { type EventConsumer, type LinkState, type Log, silentLog } from '@gatehouse/events'
import type { KeySet } from '../keys/key-set.ts'
import { type AnsweredFrom, type CheckSession, createCheckSession } from './check-session.ts'
import { createFreshness } from './freshness.ts'
import { createIdentityClient } from './identity-client.ts'
import { createLookUpBatcher } from './look-up-batcher.ts'
import { createSessionDirectory } from './session-directory.ts'
import { startSessionEvents } from './session-events.ts'

export type LiveSessionsOptions = {
  /** `amqp://user:password@host`: the broker whose events end sessions. */
  events: string
  /** `http://name:secret@host`: identity, for sessions that are not in memory. */
  identity: string
  keys: Pick<KeySet, 'refresh' | 'withdraw'>
  /** Sessions kept in memory: 200,000 by default. 100,000 and their tokens took 133 MB in the gateway. */
  maxSessions?: number
  /** How much longer than a second a known session is accepted while broker and identity are unreachable; 0 by default. */
  staleGraceMs?: number
  log?: Log
  /** Called once per check. */
  count?: (answeredFrom: AnsweredFrom) => void
}

const clockSampleMs = 5_000

export type LiveSessions = {
  check: CheckSession
  state: () => {
    /** Infinity while unknown. */
    stalenessMs: number
    sessions: number
    lookUps: { calls: number; sessions: number; failures: number }
    /** Whether the last look-up was answered. */
    identityAnswers: boolean
    events: ReturnType<EventConsumer['counts']>
    broker: LinkState
  }
  stop: () => Promise<void>
}

/** Knows which sessions are active, at most a second behind identity. It starts while broker or identity are down. */
export const startLiveSessions = (options: LiveSessionsOptions): LiveSessions => {
  const { events: url, identity: identityUrl, keys } = options
  const { maxSessions = 200_000, staleGraceMs = 0, log = silentLog, count = () => {} } = options
  const now = () => performance.now()
  const freshness = createFreshness()
  const directory = createSessionDirectory({ maxSessions })
  const identity = createIdentityClient(identityUrl)
  const onFailure = (error: unknown) => log.warn({ err: error }, 'cannot look up sessions at identity')
  const lookUps = createLookUpBatcher({ identity, directory, freshness, now, onFailure })
  const events = startSessionEvents({ url, directory, freshness, keys, log })
  void lookUps.sampleClock()
  const timer = setInterval(() => void lookUps.sampleClock(), clockSampleMs)

  return {
    check: createCheckSession({ directory, freshness, lookUps, staleGraceMs, now, count }),
    state: () => ({
      stalenessMs: freshness.stalenessMs(now()),
      sessions: directory.size(),
      lookUps: lookUps.counts(),
      identityAnswers: lookUps.isAnswering(),
      events: events.counts(),
      broker: events.state(),
    }),
    stop: async () => {
      clearInterval(timer)
      lookUps.stop()
      await events.stop()
      identity.close()
    },
  }
}
