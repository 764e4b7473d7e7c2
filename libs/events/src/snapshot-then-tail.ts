import { type EventType, eventTypes, type UserState } from '@gatehouse/contracts'
import { silent, startBrokerLink } from './broker-link.ts'
import { type Identity, readSnapshot } from './snapshot.ts'
import { defaultDelaysMs, type SubscribeOptions, type Subscription, subscribe } from './subscriber/subscribe.ts'
import { assertSubscriber } from './subscriber/subscriber-topology.ts'
import { within } from './within.ts'

export type SnapshotThenTailOptions<Type extends EventType> = SubscribeOptions<Type> & {
  identity: Identity
  /** Called for every user, one after the other, before the first event is handled. Rejects, and it is all over. */
  onUser: (user: UserState) => Promise<void>
}

const boundWithinMs = 60_000

/** Makes the queue and its bindings. @returns once the broker has confirmed them: from here on it misses nothing */
const bindQueue = async <Type extends EventType>(options: SubscribeOptions<Type>) => {
  const { url, queue, events = eventTypes, log = silent } = options
  const bound = Promise.withResolvers<void>()
  const link = startBrokerLink({
    url,
    name: `${queue} binding`,
    log,
    setUp: async (connection) => {
      const channel = await connection.createChannel()
      channel.on('error', () => {}) // the call under way rejects
      await assertSubscriber(channel, { queue, events, delaysMs: options.retryDelaysMs ?? defaultDelaysMs })
      bound.resolve()
    },
  })
  try {
    await within(boundWithinMs, 'binding the queue', bound.promise)
  } finally {
    await link.stop()
  }
}

/**
 * All users as they are, then what happens to them: first the durable queue is there, then the snapshot is read, then the
 * queue is consumed. So a change is in the snapshot, in the queue, or in both, never in neither. What is in both comes
 * older than what is known: whoever keeps the highest `version` of each user, that of a deleted one too, ends with what
 * identity has (`latestOnly` does, for users of the snapshot with `{ subject: user.id, sequence: user.version }`).
 *
 * A process that dies on the way begins again: the queue has gone on filling, and the new snapshot is as good as the
 * first, since what is known already is left out by its version. Only when the queue itself was deleted have deletions
 * been missed: then begin with an empty copy.
 *
 * @throws Error when broker or identity cannot be reached for a minute, identity refuses, or `onUser` rejects
 */
export const snapshotThenTail = async <const Type extends EventType = EventType>(
  options: SnapshotThenTailOptions<Type>,
): Promise<Subscription> => {
  await bindQueue(options)
  for await (const user of readSnapshot(options.identity, options.log ?? silent)) await options.onUser(user)
  return subscribe(options)
}
