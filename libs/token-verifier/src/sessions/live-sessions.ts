import type { Log } from '@gatehouse/events'
import type { KeySet } from '../keys/key-set.ts'
import { createCheckSession } from './check-session.ts'
import { createFreshness } from './freshness.ts'
import { createIdentityClient } from './identity-client.ts'
import { createLookUpBatcher } from './look-up-batcher.ts'
import { createSessionDirectory } from './session-directory.ts'
import { startSessionEvents } from './session-events.ts'

export type LiveSessionsOptions = {
  /** `amqp://user:password@host`: the broker whose events end sessions at once. */
  events: string
  /** `http://name:secret@host`: identity, asked about sessions that no event has told of yet. */
  identity: string
  keys: Pick<KeySet, 'refresh' | 'withdraw'>
  /** Sessions kept in memory; 100,000 and their tokens took the gateway 133 MB. 200,000 by default. */
  maxSessions?: number
  /** How much longer than a second a known session is served while nobody can tell. */
  staleGraceMs?: number
  log?: Log
  /** Called once for each check, with where its answer came from. */
  count?: (answeredFrom: 'memory' | 'identity' | 'grace' | 'nothing') => void
}

const clockSampleMs = 5_000
const silent: Log = { info: () => {}, warn: () => {}, error: () => {} }

/** Knows which sessions count, no more than a second behind identity. Starts without broker and identity, and says so. */
export const startLiveSessions = ({ events: url, identity: identityUrl, keys, ...options }: LiveSessionsOptions) => {
  const { maxSessions = 200_000, staleGraceMs = 0, log = silent, count = () => {} } = options
  const now = () => performance.now()
  const freshness = createFreshness()
  const directory = createSessionDirectory({ maxSessions })
  const identity = createIdentityClient(identityUrl)
  const onFailure = (error: unknown) => log.warn({ err: error }, 'identity does not answer')
  const lookUps = createLookUpBatcher({ identity, directory, freshness, now, onFailure })
  const events = startSessionEvents({ url, directory, freshness, keys, log })
  void lookUps.askTime()
  const timer = setInterval(() => void lookUps.askTime(), clockSampleMs)

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
export type LiveSessions = ReturnType<typeof startLiveSessions>
