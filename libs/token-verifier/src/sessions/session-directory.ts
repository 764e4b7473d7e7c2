import type { EventOf, GatehouseEvent, LookedUpSession, UserState } from '@gatehouse/contracts'
import { createSieveCache } from '../sieve-cache.ts'

/** What requests need to know of a user. */
export type SessionUser = Omit<UserState, 'created_at' | 'updated_at'>
/**
 * One user, shared by all entries of the user's sessions. `lastStaleLookUp`: look-ups up to this number were sent before many
 * sessions of the user ended at once, so their answers are not trusted.
 */
export type KnownUser = { state: SessionUser; sessions: number; lastStaleLookUp: number }
/** A session. */
export type Entry = {
  /** Null when the session has ended. */
  user: KnownUser | null
  /** In whole seconds since the epoch, like `exp` of a token. */
  expiresAt: number
  /** When its look-up was sent. */
  askedAt: number
  /** Number of its look-up. */
  lookUp: number
  epoch: number
  used: boolean
}

/** Events that arrived while a look-up was in flight. They win over its answer, which may be older. */
type ConcurrentEvents = { users: Map<string, UserChange>; ended: Set<string>; stale: Set<string> }
/** The user in an event: the whole state, or only id and version of a deleted user. */
type UserChange = UserState | EventOf<'user.deleted.v1'>['data']['user']

type Options = { maxSessions: number }

const sessionUserOf = ({ id, username, full_name, is_active, roles, version }: UserState): SessionUser => ({
  id,
  username,
  full_name,
  is_active,
  roles,
  version,
})

/**
 * The sessions that this replica knows, in bounded memory. Its rules (decision 0001):
 * - the highest version of a user wins; an ended session stays ended (a deactivation ends each session with its own event);
 * - an answer never overwrites an event that arrived after its look-up was sent;
 * - when very many sessions of a user end at once, an event of the user says so before their own events arrive, and every
 *   session of the user has to be looked up again;
 * - an entry records when its look-up was sent and in which epoch; `check-session.ts` decides whether that is fresh enough.
 */
export const createSessionDirectory = ({ maxSessions }: Options) => {
  const users = new Map<string, KnownUser>()
  // A user is kept as long as one of the user's sessions is.
  const entries = createSieveCache<Entry>(maxSessions, (entry) => {
    if (entry.user) release(entry.user)
  })
  const lookUpsInFlight = new Set<ConcurrentEvents>()
  let epoch = 0
  let lookUpCount = 0

  const release = (user: KnownUser) => {
    user.sessions -= 1
    if (user.sessions === 0) users.delete(user.state.id)
  }

  const end = (id: string) => {
    const entry = entries.peek(id)
    if (entry === undefined) entries.set(id, { user: null, expiresAt: 0, askedAt: 0, lookUp: 0, epoch, used: false })
    else if (entry.user) {
      release(entry.user)
      entry.user = null
    }
  }

  /** Updates a known user, unless that is the same or a newer version. */
  const update = (change: UserChange) => {
    const known = users.get(change.id)
    if (!known || known.state.version >= change.version) return
    known.state =
      'is_active' in change ? sessionUserOf(change) : { ...known.state, is_active: false, version: change.version }
  }

  /** Distrusts all look-ups sent so far about sessions of this user. Holds for an event of any version. */
  const distrust = (userId: string) => {
    for (const { stale } of lookUpsInFlight) stale.add(userId)
    const known = users.get(userId)
    if (known) known.lastStaleLookUp = lookUpCount
  }

  const apply = (event: GatehouseEvent) => {
    if (event.type === 'session.revoked.v1' || event.type === 'session.expired.v1') {
      const { id } = event.data.session
      for (const { ended } of lookUpsInFlight) ended.add(id)
      end(id)
    } else if ('user' in event.data) {
      const { user } = event.data
      if ('sessions_ended' in event.data && event.data.sessions_ended) distrust(user.id)
      for (const concurrent of lookUpsInFlight) {
        const earlier = concurrent.users.get(user.id)
        if (!earlier || earlier.version < user.version) concurrent.users.set(user.id, user)
      }
      update(user)
    }
  }

  return {
    apply,
    find: entries.get,
    epoch: () => epoch,
    /** A new queue is bound, and events before it may be lost, so older entries have to be looked up again. */
    startEpoch: () => {
      epoch += 1
    },
    size: entries.size,

    /** Call when a look-up is sent, pass its answer to `answered`, and call `close` in any case. */
    beginLookUp: (askedAt: number) => {
      const concurrent: ConcurrentEvents = { users: new Map(), ended: new Set(), stale: new Set() }
      const epochWhenSent = epoch
      lookUpCount += 1
      const lookUp = lookUpCount
      lookUpsInFlight.add(concurrent)
      const applyAnswer = (answer: LookedUpSession) => {
        if (answer.state === 'ended' || concurrent.ended.has(answer.id)) return end(answer.id)
        const before = entries.peek(answer.id)
        if (before && (before.user === null || before.askedAt > askedAt)) return
        const { id: userId } = answer.user
        const user = users.get(userId) ?? { state: sessionUserOf(answer.user), sessions: 0, lastStaleLookUp: 0 }
        users.set(userId, user)
        update(answer.user)
        if (concurrent.stale.has(userId)) user.lastStaleLookUp = Math.max(user.lastStaleLookUp, lookUp)
        const newer = concurrent.users.get(userId)
        if (newer) update(newer)
        const expiresAt = Math.floor(Date.parse(answer.expires_at) / 1000)
        const fields = { expiresAt, askedAt, lookUp, epoch: epochWhenSent }
        if (before) Object.assign(before, fields)
        else {
          user.sessions += 1
          entries.set(answer.id, { user, ...fields, used: false })
        }
      }
      return {
        answered: (sessions: LookedUpSession[]) => sessions.forEach(applyAnswer),
        close: () => void lookUpsInFlight.delete(concurrent),
      }
    },
  }
}
export type SessionDirectory = ReturnType<typeof createSessionDirectory>
