import { revocationPromiseMs } from '@gatehouse/contracts'
import type { MaybePromise } from '../maybe-promise.ts'
import { Refusal } from '../refusal.ts'
import type { Freshness } from './freshness.ts'
import type { LookUpBatcher } from './look-up-batcher.ts'
import type { Entry, SessionDirectory, SessionUser } from './session-directory.ts'

/** Where the answer of a check came from; `grace`: older than promised, within `staleGraceMs`. */
export type AnsweredFrom = 'memory' | 'identity' | 'grace' | 'nothing'

type Needs = {
  directory: SessionDirectory
  freshness: Freshness
  lookUps: LookUpBatcher
  staleGraceMs: number
  now: () => number
  count: (answeredFrom: AnsweredFrom) => void
}

const cannotVerify = (cause: unknown) =>
  new Refusal('cannot_verify', 'The session cannot be verified right now.', { cause })

/** What a credential leads to: the id of a session and the id of the user who must own it. */
export type SessionRef = { sid: string; sub: string }

/** The user of an active session, or null when it has ended. @throws Refusal `cannot_verify` when neither memory nor identity knows */
export type CheckSession = (ref: SessionRef) => MaybePromise<SessionUser | null>

export const createCheckSession = (needs: Needs): CheckSession => {
  const { directory, freshness, lookUps, staleGraceMs, now, count } = needs

  const find = ({ sid, sub }: SessionRef): Entry | null | undefined => {
    const entry = directory.find(sid)
    // A session never changes its owner, so a credential that names another one is refused.
    return entry?.user && entry.user.state.id !== sub ? null : entry
  }

  /** An entry is as old as its look-up, or in the current epoch as the last heartbeat, whichever is later. */
  const isFresh = ({ epoch, askedAt }: Entry, maxAgeMs: number) => {
    const at = now()
    return (epoch === directory.epoch() && at - freshness.asOf(at) < maxAgeMs) || at - askedAt < maxAgeMs
  }

  const isStale = (ref: SessionRef) => {
    const entry = find(ref)
    return !!entry?.user && entry.lookUp <= entry.user.lastStaleLookUp
  }

  /** From memory: the user, null when the session has ended, undefined when it has to be looked up. */
  const read = (ref: SessionRef, maxAgeMs: number): SessionUser | null | undefined => {
    const entry = find(ref)
    if (!entry) return entry
    const { user } = entry
    if (user === null) return null
    if (entry.lookUp <= user.lastStaleLookUp || !isFresh(entry, maxAgeMs)) return undefined
    return user.state.is_active && Date.now() / 1000 < entry.expiresAt ? user.state : null
  }

  const lookUp = async (ref: SessionRef): Promise<SessionUser | null> => {
    try {
      await lookUps.ask(ref.sid)
      // The call may have joined a look-up that was sent before sessions of the user ended. The next one is sent after.
      if (isStale(ref)) await lookUps.ask(ref.sid)
    } catch (cause) {
      const known = staleGraceMs > 0 ? read(ref, revocationPromiseMs + staleGraceMs) : undefined
      if (known === undefined) {
        count('nothing')
        throw cannotVerify(cause)
      }
      count('grace')
      return known
    }
    const answer = read(ref, revocationPromiseMs)
    // Evicted from a full directory, or already too old when it arrived.
    if (answer === undefined) {
      count('nothing')
      throw cannotVerify(undefined)
    }
    count('identity')
    return answer
  }

  return (ref) => {
    const known = read(ref, revocationPromiseMs)
    if (known === undefined) return lookUp(ref)
    count('memory')
    return known
  }
}
