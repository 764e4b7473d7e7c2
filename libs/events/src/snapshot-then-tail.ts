import { type EventType, eventTypes, type UserState } from '@gatehouse/contracts'
import { silentLog, startBrokerLink } from './broker-link.ts'
import { type Identity, readSnapshot } from './snapshot.ts'
import { defaultDelaysMs, type SubscribeOptions, type Subscription, subscribe } from './subscriber/subscribe.ts'
import { assertSubscriber } from './subscriber/subscriber-topology.ts'
import { withTimeout } from './with-timeout.ts'

export type SnapshotThenTailOptions<Type extends EventType> = SubscribeOptions<Type> & {
  identity: Identity
  /** Called for each user in turn, before the first event is handled. When it rejects, `snapshotThenTail` rejects. */
  onUser: (user: UserState) => Promise<void>
}

const bindWithinMs = 60_000

/** Declares and binds the queue. From the moment it resolves, the queue gets every event. */
const bindQueue = async <Type extends EventType>(options: SubscribeOptions<Type>) => {
  const { url, queue, events = eventTypes, log = silentLog } = options
  const bound = Promise.withResolvers<void>()
  const link = startBrokerLink({
    url,
    name: `${queue} binding`,
    log,
    setUp: async (connection) => {
      const channel = await connection.createChannel()
      channel.on('error', () => {}) // the call in progress rejects
      await assertSubscriber(channel, { queue, events, delaysMs: options.retryDelaysMs ?? defaultDelaysMs })
      bound.resolve()
    },
  })
  try {
    await withTimeout(bindWithinMs, 'binding the queue', bound.promise)
  } finally {
    await link.stop()
  }
}

/**
 * Reads all users, then handles the events that follow: it binds the durable queue, reads the snapshot, and then consumes the
 * queue. So every change is in the snapshot, in the queue, or in both. Keep the highest `version` of each user, deleted users
 * included, and the copy ends up equal to identity's state. `latestOnly` does this; for users of the snapshot, pass
 * `{ subject: user.id, sequence: user.version }`.
 *
 * If the process dies during the snapshot, call it again: the queue has kept the events, and versions that are already stored are
 * skipped. If the queue was deleted, deletions of users may have been missed: begin with an empty copy.
 *
 * @throws Error when broker or identity cannot be reached for a minute, identity refuses, or `onUser` rejects
 */
export const snapshotThenTail = async <const Type extends EventType = EventType>(
  options: SnapshotThenTailOptions<Type>,
): Promise<Subscription> => {
  await bindQueue(options)
  for await (const user of readSnapshot(options.identity, options.log ?? silentLog)) await options.onUser(user)
  return subscribe(options)
}
