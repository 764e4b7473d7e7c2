import type { EventOf, GatehouseEvent, LookedUpSession, UserState } from '@gatehouse/contracts'
import { createSieveCache } from '../sieve-cache.ts'

/** What requests need to know of a user. */
export type SessionUser = Omit<UserState, 'created_at' | 'updated_at'>
/**
 * One user, shared by all of the user's sessions. `doubtedAt` is the number of the last question that was asked before
 * sessions of the user ended all at once: what such a question told of any of them counts no more.
 */
export type KnownUser = { state: SessionUser; sessions: number; doubtedAt: number }
/** A session. */
export type Entry = {
  /** Null when the session has ended. */
  user: KnownUser | null
  /** Whole seconds since the epoch, as in tokens. */
  expiresAt: number
  askedAt: number
  /** Number of the question that filled it. */
  question: number
  epoch: number
  used: boolean
}

/** What events told while a question was under way; its answer may be older than they are. */
export type Notes = { users: Map<string, Told>; ended: Set<string>; doubted: Set<string> }
/** What an event told of a user: the whole state, or that there is none any more. */
type Told = UserState | EventOf<'user.deleted.v1'>['data']['user']

type Options = { maxSessions: number }

const keptOf = ({ id, username, full_name, is_active, roles, version }: UserState): SessionUser => ({
  id,
  username,
  full_name,
  is_active,
  roles,
  version,
})

/**
 * What this replica knows of sessions, in bounded memory. The rules (decision 0001):
 * - of a user, the highest version counts; of a session, ended is final (a deactivation ends each session by an event);
 * - an answer never undoes what an event told after the question was sent: that is in the question's notes;
 * - where very many sessions of a user end at once, an event of the user comes before theirs, and each of them is to be asked anew;
 * - an entry remembers when its question was sent and in which epoch; whether it is fresh enough is for others to judge.
 */
export const createSessionDirectory = ({ maxSessions }: Options) => {
  const users = new Map<string, KnownUser>()
  // A user is kept for as long as one of the user's sessions is.
  const entries = createSieveCache<Entry>(maxSessions, (entry) => {
    if (entry.user) release(entry.user)
  })
  const questions = new Set<Notes>()
  let epoch = 0
  let asked = 0

  const release = (user: KnownUser) => {
    user.sessions -= 1
    if (user.sessions === 0) users.delete(user.state.id)
  }

  const end = (id: string) => {
    const entry = entries.peek(id)
    if (entry === undefined) entries.set(id, { user: null, expiresAt: 0, askedAt: 0, question: 0, epoch, used: false })
    else if (entry.user) {
      release(entry.user)
      entry.user = null
    }
  }

  /** Keeps the higher version of what is known and what is told. */
  const learn = (told: Told) => {
    const known = users.get(told.id)
    if (!known || known.state.version >= told.version) return
    known.state = 'is_active' in told ? keptOf(told) : { ...known.state, is_active: false, version: told.version }
  }

  /** Whatever version it is of: it may have been overtaken, and what it says of sessions still holds. */
  const doubt = (userId: string) => {
    for (const notes of questions) notes.doubted.add(userId)
    const known = users.get(userId)
    if (known) known.doubtedAt = asked
  }

  const apply = (event: GatehouseEvent) => {
    if (event.type === 'session.revoked.v1' || event.type === 'session.expired.v1') {
      const { id } = event.data.session
      for (const notes of questions) notes.ended.add(id)
      end(id)
    } else if ('user' in event.data) {
      const { user } = event.data
      if ('sessions_ended' in event.data && event.data.sessions_ended) doubt(user.id)
      for (const notes of questions) {
        const noted = notes.users.get(user.id)
        if (!noted || noted.version < user.version) notes.users.set(user.id, user)
      }
      learn(user)
    }
  }

  return {
    apply,
    find: entries.get,
    epoch: () => epoch,
    /** The queue is bound anew: events may have been missed before, so older entries must be asked for again. */
    startEpoch: () => {
      epoch += 1
    },
    size: entries.size,

    /** Call when a question is sent. `answered` takes its answer; `close` must be called in any case. */
    openQuestion: (askedAt: number) => {
      const notes: Notes = { users: new Map(), ended: new Set(), doubted: new Set() }
      const askedIn = epoch
      asked += 1
      const question = asked
      questions.add(notes)
      const take = (told: LookedUpSession) => {
        if (told.state === 'ended' || notes.ended.has(told.id)) return end(told.id)
        const before = entries.peek(told.id)
        if (before && (before.user === null || before.askedAt > askedAt)) return
        const { id: userId } = told.user
        const user = users.get(userId) ?? { state: keptOf(told.user), sessions: 0, doubtedAt: 0 }
        users.set(userId, user)
        learn(told.user)
        if (notes.doubted.has(userId)) user.doubtedAt = Math.max(user.doubtedAt, question)
        const noted = notes.users.get(userId)
        if (noted) learn(noted)
        const answered = {
          expiresAt: Math.floor(Date.parse(told.expires_at) / 1000),
          askedAt,
          question,
          epoch: askedIn,
        }
        if (before) Object.assign(before, answered)
        else {
          user.sessions += 1
          entries.set(told.id, { user, ...answered, used: false })
        }
      }
      return {
        answered: (sessions: LookedUpSession[]) => sessions.forEach(take),
        close: () => void questions.delete(notes),
      }
    },
  }
}
export type SessionDirectory = ReturnType<typeof createSessionDirectory>
