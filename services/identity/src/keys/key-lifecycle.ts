import type { StoredKey } from './signing-key.entity.ts'

/** How often each replica looks for what others did to the keys. */
export const keyReloadMs = 1_000

/** All times in ms. `publishLead`: how long a key is published before it signs, so that every verifier can have it. */
export type KeyTimes = { rotationMs: number; publishLeadMs: number; tokenLifetimeMs: number }

export type KeyStep =
  | { do: 'make' }
  | { do: 'activate'; next: StoredKey; current: StoredKey | undefined }
  | { do: 'erase'; key: StoredKey }

/**
 * The next step that is due for this set of keys, or null. Pure, and taken one at a time under a lock, so that any
 * number of replicas may run it at once.
 */
export const nextKeyStep = (keys: StoredKey[], now: number, times: KeyTimes): KeyStep | null => {
  const current = keys.find((it) => it.state === 'current')
  const next = keys.find((it) => it.state === 'next')
  // Without a current key nobody can sign in: a published one serves at once, even before its lead is over.
  if (!current) return next ? { do: 'activate', next, current } : { do: 'make' }
  if (next && now >= next.createdAt.getTime() + times.publishLeadMs) return { do: 'activate', next, current }
  if (!next && now >= current.changedAt.getTime() + times.rotationMs - times.publishLeadMs) {
    return { do: 'make' }
  }
  // Its last token has expired, and a little more for clocks that differ.
  const done = (it: StoredKey) =>
    it.state === 'retiring' && now >= it.changedAt.getTime() + times.tokenLifetimeMs + 60_000
  const key = keys.find(done)
  return key ? { do: 'erase', key } : null
}
