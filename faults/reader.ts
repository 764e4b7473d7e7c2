import type { GatehouseEvent } from '@gatehouse/contracts'
import { eventTypes, subscribe } from '@gatehouse/events'
import type { Delivery, Outcome } from './history/history.ts'

type Needs = { url: string; queue: string; record: (delivery: Delivery) => void }

/** Every event about users and sessions. */
export const watchedTypes = eventTypes.filter((it) => it.startsWith('user.') || it.startsWith('session.'))

/** What identity and a subscriber must agree about. */
export const stateOf = (user: { username: string; full_name: string | null; is_active: boolean; roles: string[] }) =>
  JSON.stringify([user.username, user.full_name, user.is_active, user.roles])

const told = (event: GatehouseEvent): Outcome | null => {
  if (event.type === 'user.deleted.v1') return { version: event.sequence, state: '' }
  if (!event.type.startsWith('user.') || !('user' in event.data) || !('username' in event.data.user)) return null
  return { version: event.sequence, state: stateOf(event.data.user) }
}

/** A real subscriber, written as the README of the kit says: it keeps the highest version of each user. */
export const startReader = ({ url, queue, record }: Needs) => {
  const users = new Map<string, Outcome & { isDeleted: boolean }>()
  const came = new Set<string>()
  const subscription = subscribe({
    ...{ url, queue, events: watchedTypes },
    handler: async (event) => {
      came.add(event.id)
      record({ subscriber: queue, id: event.id, type: event.type, subject: event.subject, version: event.sequence })
      const outcome = told(event)
      if (!outcome || (users.get(event.subject)?.version ?? 0) >= (outcome.version ?? 0)) return
      users.set(event.subject, { ...outcome, isDeleted: event.type === 'user.deleted.v1' })
    },
  })
  return {
    queue,
    came,
    /** Where each user ended up, as far as this subscriber was told. */
    outcomes: () =>
      new Map(
        [...users].map(([id, { version, state, isDeleted }]): [string, Outcome] => [
          id,
          { version: isDeleted ? null : version, state },
        ]),
      ),
    counts: subscription.counts,
    stop: subscription.stop,
  }
}
