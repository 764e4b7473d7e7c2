import { Refusal } from '../refusal.ts'
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

/** What the product promises: a revocation counts everywhere after this long. */
const promiseMs = 1_000

const cannotVerify = (cause: unknown) =>
  new Refusal('cannot_verify', 'It cannot be told at this moment whether this session still counts.', { cause })

/** The user of a session that counts, or null when it has ended. @throws Refusal `cannot_verify` when nobody can tell */
export const createCheckSession = ({ directory, freshness, lookUps, staleGraceMs, now, count }: Needs) => {
  /** Age of what an entry says: it holds as of its question, and for as long as events have kept it up to date. */
  const ageMs = (entry: Extract<Entry, { state: 'active' }>, at: number) =>
    at - Math.max(entry.askedAt, entry.epoch === directory.epoch() ? freshness.asOf(at) : Number.NEGATIVE_INFINITY)

  const read = (id: string, maxAgeMs: number): KnownUser | null | undefined => {
    const entry = directory.find(id)
    if (entry === undefined) return undefined
    if (entry.state === 'ended') return null
    if (ageMs(entry, now()) >= maxAgeMs) return undefined
    const { user } = entry
    return user.state.is_active && Date.now() < entry.expiresAt ? user : null
  }

  const ask = async (id: string): Promise<KnownUser | null> => {
    try {
      await lookUps.ask(id)
    } catch (cause) {
      const kept = staleGraceMs > 0 ? read(id, promiseMs + staleGraceMs) : undefined
      if (kept === undefined) {
        count('nothing')
        throw cannotVerify(cause)
      }
      count('grace')
      return kept
    }
    const answered = read(id, promiseMs)
    // Pushed out of a full directory, or older than the promise by the time it came.
    if (answered === undefined) {
      count('nothing')
      throw cannotVerify(undefined)
    }
    count('identity')
    return answered
  }

  /** Undefined where it takes a question to tell. */
  const fromMemory = (id: string): KnownUser | null | undefined => {
    const known = read(id, promiseMs)
    if (known !== undefined) count('memory')
    return known
  }
  const check = async (id: string): Promise<KnownUser | null> => {
    const known = fromMemory(id)
    return known === undefined ? ask(id) : known
  }
  return { fromMemory, check }
}
export type CheckSession = ReturnType<typeof createCheckSession>
