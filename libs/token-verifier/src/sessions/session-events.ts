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

/** Feeds directory, freshness and key set from a queue of this replica's own. */
export const startSessionEvents = ({ url, directory, freshness, keys, log }: Needs) => {
  /** What was told so far may lack something: all that is known must be asked for again. */
  const startOver = () => {
    freshness.forget()
    directory.startEpoch()
  }
  // Whoever runs this has a broker user, which may make queues that begin with its name.
  const name = decodeURIComponent(new URL(url).username) || 'guest'
  return startEventConsumer({
    url,
    name,
    log,
    queuePrefix: `${name}.sessions`,
    onBound: startOver,
    onMalformed: startOver,
    onHeartbeat: freshness.beat,
    onEvent: (event) => {
      directory.apply(event)
      if (!('key' in event.data)) return
      const { kid, state } = event.data.key
      // At once, since the set fetched now may come from a replica that has not heard of it yet.
      if (state === 'gone') keys.withdraw(kid)
      void keys.refresh()
    },
  })
}
