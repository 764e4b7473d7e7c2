import type { StoredKey } from './signing-key.entity.ts'

/** How often each replica reloads the keys. */
export const keyReloadMs = 1_000

/** `activationDelayMs`: how long a key is published before it signs, so that every verifier has fetched it. */
export type KeyTimes = { rotationMs: number; activationDelayMs: number; tokenLifetimeMs: number }

export type KeyStep =
  | { do: 'generate' }
  | { do: 'activate'; next: StoredKey; current: StoredKey | undefined }
  | { do: 'remove'; key: StoredKey }

/**
 * The next due step for a set of keys, or null. Steps are taken one at a time under a lock, so that any number of replicas
 * can run them.
 */
export const nextKeyStep = (keys: StoredKey[], now: number, times: KeyTimes): KeyStep | null => {
  const current = keys.find((it) => it.state === 'current')
  const next = keys.find((it) => it.state === 'next')
  // Without a current key nobody can sign in, so a published key is activated without its delay.
  if (!current) return next ? { do: 'activate', next, current } : { do: 'generate' }
  if (next && now >= next.createdAt.getTime() + times.activationDelayMs) return { do: 'activate', next, current }
  if (!next && now >= current.changedAt.getTime() + times.rotationMs - times.activationDelayMs) {
    return { do: 'generate' }
  }
  // Its last token has expired, with a minute for clock differences.
  const isUnused = (it: StoredKey) =>
    it.state === 'retiring' && now >= it.changedAt.getTime() + times.tokenLifetimeMs + 60_000
  const key = keys.find(isUnused)
  return key ? { do: 'remove', key } : null
}
