import { revocationPromiseMs } from '@gatehouse/contracts'
import type { NowOrLater } from '../now-or-later.ts'
import { Refusal } from '../refusal.ts'
import type { Freshness } from './freshness.ts'
import type { LookUpBatcher } from './look-up-batcher.ts'
import type { Entry, SessionDirectory, SessionUser } from './session-directory.ts'

type Needs = {
  directory: SessionDirectory
  freshness: Freshness
  lookUps: LookUpBatcher
  staleGraceMs: number
  now: () => number
  count: (answeredFrom: 'memory' | 'identity' | 'grace' | 'nothing') => void
}

const cannotVerify = (cause: unknown) =>
  new Refusal('cannot_verify', 'The session cannot be verified right now.', { cause })

/** What a credential leads to: the id of a session, and of the user whose session that is to be. */
export type SessionRef = { sid: string; sub: string }

/** The user of a session that counts, or null when it has ended. @throws Refusal `cannot_verify` when nobody can tell */
export const createCheckSession = ({ directory, freshness, lookUps, staleGraceMs, now, count }: Needs) => {
  const find = ({ sid, sub }: SessionRef): Entry | null | undefined => {
    const entry = directory.find(sid)
    // A session never changes its owner, so what names another one is refused.
    return entry?.user && entry.user.state.id !== sub ? null : entry
  }

  /** What an entry says holds as of its question, and for as long as events have kept it up to date. */
  const isYoung = ({ epoch, askedAt }: Entry, maxAgeMs: number) => {
    const at = now()
    return (epoch === directory.epoch() && at - freshness.asOf(at) < maxAgeMs) || at - askedAt < maxAgeMs
  }

  const isDoubted = (ref: SessionRef) => {
    const entry = find(ref)
    return !!entry?.user && entry.question <= entry.user.doubtedAt
  }

  const read = (ref: SessionRef, maxAgeMs: number): SessionUser | null | undefined => {
    const entry = find(ref)
    if (!entry) return entry
    const { user } = entry
    if (user === null) return null
    if (entry.question <= user.doubtedAt || !isYoung(entry, maxAgeMs)) return undefined
    return user.state.is_active && Date.now() / 1000 < entry.expiresAt ? user.state : null
  }

  const ask = async (ref: SessionRef): Promise<SessionUser | null> => {
    try {
      await lookUps.ask(ref.sid)
      // It may have joined a question that was sent before the answer came into doubt. The next one is sent after.
      if (isDoubted(ref)) await lookUps.ask(ref.sid)
    } catch (cause) {
      const kept = staleGraceMs > 0 ? read(ref, revocationPromiseMs + staleGraceMs) : undefined
      if (kept === undefined) {
        count('nothing')
        throw cannotVerify(cause)
      }
      count('grace')
      return kept
    }
    const answered = read(ref, revocationPromiseMs)
    // Pushed out of a full directory, or older than the promise by the time it came.
    if (answered === undefined) {
      count('nothing')
      throw cannotVerify(undefined)
    }
    count('identity')
    return answered
  }

  return (ref: SessionRef): NowOrLater<SessionUser | null> => {
    const known = read(ref, revocationPromiseMs)
    if (known === undefined) return ask(ref)
    count('memory')
    return known
  }
}
export type CheckSession = ReturnType<typeof createCheckSession>
