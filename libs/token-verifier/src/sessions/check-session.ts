import { revocationPromiseMs } from '@gatehouse/contracts'
import { Refusal } from '../refusal.ts'
import type { SessionClaims } from '../tokens/verify-token.ts'
import type { Freshness } from './freshness.ts'
import type { LookUpBatcher } from './look-up-batcher.ts'
import type { Entry, KnownUser, SessionDirectory } from './session-directory.ts'

type Needs = {
  directory: SessionDirectory
  freshness: Freshness
  lookUps: LookUpBatcher
  staleGraceMs: number
  now: () => number
  count: (answeredFrom: 'memory' | 'identity' | 'grace' | 'nothing') => void
}

const cannotVerify = (cause: unknown) =>
  new Refusal('cannot_verify', 'It cannot be told at this moment whether this session still counts.', { cause })

/** What a check needs of a token. */
export type SessionToken = SessionClaims & {
  /** Where its session was found: a token that comes again leads there at once. */
  entry: Entry | undefined
}
export const sessionTokenOf = ({ sub, sid, exp }: SessionClaims): SessionToken => ({ sub, sid, exp, entry: undefined })

/** The user of a session that counts, or null when it has ended. @throws Refusal `cannot_verify` when nobody can tell */
export const createCheckSession = ({ directory, freshness, lookUps, staleGraceMs, now, count }: Needs) => {
  const find = (token: SessionToken): Entry | null | undefined => {
    const { entry } = token
    if (entry !== undefined && !entry.isDropped) return directory.use(entry)
    const found = directory.find(token.sid)
    // A session is one user's for good, so this is asked once; another user's is none of this token's.
    if (found?.user && found.user.state.id !== token.sub) return null
    token.entry = found
    return found
  }

  /** What an entry says holds as of its question, and for as long as events have kept it up to date. */
  const isYoung = ({ epoch, askedAt }: Entry, maxAgeMs: number) => {
    const at = now()
    return (epoch === directory.epoch() && at - freshness.asOf(at) < maxAgeMs) || at - askedAt < maxAgeMs
  }

  const isDoubted = (token: SessionToken) => {
    const entry = find(token)
    return !!entry?.user && entry.question <= entry.user.doubtedAt
  }

  const read = (token: SessionToken, maxAgeMs: number): KnownUser | null | undefined => {
    const entry = find(token)
    if (!entry) return entry
    const { user } = entry
    if (user === null) return null
    if (entry.question <= user.doubtedAt || !isYoung(entry, maxAgeMs)) return undefined
    return user.isActive && Date.now() / 1000 < entry.expiresAt ? user : null
  }

  const ask = async (token: SessionToken): Promise<KnownUser | null> => {
    try {
      await lookUps.ask(token.sid)
      // It may have joined a question that was sent before the answer came into doubt. The next one is sent after.
      if (isDoubted(token)) await lookUps.ask(token.sid)
    } catch (cause) {
      const kept = staleGraceMs > 0 ? read(token, revocationPromiseMs + staleGraceMs) : undefined
      if (kept === undefined) {
        count('nothing')
        throw cannotVerify(cause)
      }
      count('grace')
      return kept
    }
    const answered = read(token, revocationPromiseMs)
    // Pushed out of a full directory, or older than the promise by the time it came.
    if (answered === undefined) {
      count('nothing')
      throw cannotVerify(undefined)
    }
    count('identity')
    return answered
  }

  /** Undefined where it takes a question to tell. */
  const fromMemory = (token: SessionToken): KnownUser | null | undefined => {
    const known = read(token, revocationPromiseMs)
    if (known !== undefined) count('memory')
    return known
  }
  const check = async (token: SessionToken): Promise<KnownUser | null> => {
    const known = fromMemory(token)
    return known === undefined ? ask(token) : known
  }
  return { fromMemory, check }
}
export type CheckSession = ReturnType<typeof createCheckSession>
