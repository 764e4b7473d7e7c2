import { type Log, startEventConsumer } from '@gatehouse/events'
import type { KeySet } from '../keys/key-set.ts'
import type { Freshness } from './freshness.ts'
import type { SessionDirectory } from './session-directory.ts'

type Needs = {
  url: string
  directory: SessionDirectory
  freshness: Freshness
  keys: Pick<KeySet, 'refresh' | 'withdraw'>
  log: Log
}

/** Passes events to directory, freshness and key set, from a queue of this replica. */
export const startSessionEvents = ({ url, directory, freshness, keys, log }: Needs) => {
  /** Events may have been missed, so every session has to be looked up again. */
  const startEpoch = () => {
    freshness.reset()
    directory.startEpoch()
  }
  // A broker user may create queues that begin with its name.
  const name = decodeURIComponent(new URL(url).username) || 'guest'
  return startEventConsumer({
    url,
    name,
    log,
    queuePrefix: `${name}.sessions`,
    onBound: startEpoch,
    onMalformed: startEpoch,
    onHeartbeat: freshness.heartbeat,
    onEvent: (event) => {
      directory.apply(event)
      if (!('key' in event.data)) return
      const { kid, state } = event.data.key
      // At once, because the refreshed set may come from a replica that has not seen this event yet.
      if (state === 'gone') keys.withdraw(kid)
      void keys.refresh()
    },
  })
}
