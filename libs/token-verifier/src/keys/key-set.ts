import type { KeyObject } from 'node:crypto'
import jwksRsa from 'jwks-rsa'
import { CannotVerifyError } from '../token-error.ts'
import { acceptableKeys } from './acceptable-keys.ts'
import { fetchJwks } from './fetch-jwks.ts'

/** Where a verifier finds keys. */
export type Keys = {
  /** @returns a known key, and the same object for as long as the key is published */
  find: (kid: string) => KeyObject | undefined
  /**
   * May fetch the set again for an unknown key.
   * @throws CannotVerifyError when the key is unknown and the set may be out of date, or there is no set
   */
  findAfterFetch: (kid: string) => Promise<KeyObject | undefined>
}

export type KeySet = Keys & {
  /** Fetches the set, with a request that is sent after this call. Never rejects. */
  refresh: () => Promise<void>
  /** Refuses this key from now on, even if a later response lists it again. */
  withdraw: (kid: string) => void
  state: () => { keys: number; fetches: number; lastError: string | null; ageSeconds: number | null }
  stop: () => void
}

const defaultRefreshMs = 60_000
/** As a fraction of the time between fetches, so that many verifiers do not fetch at the same moment. */
const jitter = 0.1
/** How long a verifier with the default refresh may take to learn of a new key. */
export const longestKeyRefreshMs = Math.ceil(defaultRefreshMs * (1 + jitter))

// After a failure.
const retry = { leastMs: 500, mostMs: 5_000 }
// A key is published for the set's max-age and a refresh before it signs, so a set fetched within two refreshes is complete.
const completeForRefreshes = 2

/** How long keys are trusted that cannot be fetched again (decision 0006). */
export const defaultMaxKeyAgeSeconds = 3_600
const longestMaxKeyAgeSeconds = 604_800
const tooOld = 'The key set could not be fetched for so long that its keys are no longer trusted.'

type Options = {
  jwksUri: string
  refreshMs?: number
  coolDownMs?: number
  /** How long keys are trusted that cannot be fetched again: an hour by default, a week at most. */
  maxKeyAgeSeconds?: number
  onError?: (error: unknown) => void
}

/**
 * Keeps the issuer's key set in memory and fetches it in the background. Unknown key ids cause at most one fetch per `coolDownMs`,
 * shared by all callers, and never delay known keys. A valid set replaces the previous one completely. When a fetch fails, the
 * previous set is kept until it is too old.
 * @throws Error for a `maxKeyAgeSeconds` that would disable the limit
 */
export const startKeySet = (options: Options): KeySet => {
  const { jwksUri, refreshMs = defaultRefreshMs, coolDownMs = 15_000 } = options
  const { maxKeyAgeSeconds = defaultMaxKeyAgeSeconds, onError = () => {} } = options
  const maxKeyAgeMs = maxKeyAgeSeconds * 1000
  // Negated, so that NaN is refused.
  if (!(maxKeyAgeMs >= completeForRefreshes * refreshMs && maxKeyAgeSeconds <= longestMaxKeyAgeSeconds)) {
    throw new Error('The maximum age of keys must be at least two refreshes and at most a week.')
  }
  // Without jwks-rsa's cache and rate limit: with them a flood of unknown key ids makes valid tokens fail.
  const client = jwksRsa({ jwksUri, cache: false, rateLimit: false, fetcher: fetchJwks })
  let keys: ReadonlyMap<string, KeyObject> | null = null
  let fetching: Promise<void> | null = null
  let nextFetch: Promise<void> | null = null
  let unknownFetchedAt = Number.NEGATIVE_INFINITY
  let timer: NodeJS.Timeout | undefined
  let expiryTimer: NodeJS.Timeout | undefined
  let isStopped = false
  const withdrawn = new Set<string>()
  const state = { fetches: 0, failures: 0, lastError: null as string | null, fetchedAt: null as number | null }

  // A timer, so that using a key needs no clock.
  const restartExpiry = () => {
    clearTimeout(expiryTimer)
    if (isStopped) return
    expiryTimer = setTimeout(() => {
      keys = null
      state.lastError ??= tooOld
    }, maxKeyAgeMs).unref()
  }

  const fetchOnce = async () => {
    state.fetches += 1
    try {
      const fetched = acceptableKeys((await client.getKeys()) as unknown[])
      for (const [kid, key] of keys ?? []) if (fetched.get(kid)?.equals(key)) fetched.set(kid, key)
      if (fetched.size === 0) throw new Error('The key set has no acceptable key.')
      keys = new Map([...fetched].filter(([kid]) => !withdrawn.has(kid)))
      state.failures = 0
      state.lastError = null
      state.fetchedAt = performance.now()
      restartExpiry()
    } catch (error) {
      state.failures += 1
      state.lastError = error instanceof Error ? error.message : String(error)
      onError(error)
    }
  }
  const fetchNow = () => {
    fetching ??= fetchOnce().finally(() => {
      fetching = null
    })
    return fetching
  }
  const refresh = (): Promise<void> => {
    if (fetching === null) return fetchNow()
    nextFetch ??= fetching.then(() => {
      nextFetch = null
      return fetchNow()
    })
    return nextFetch
  }

  const schedule = () => {
    const retryMs = Math.min(refreshMs, retry.mostMs, retry.leastMs * 2 ** state.failures)
    const ms = (state.failures === 0 ? refreshMs : retryMs) * (1 - jitter + 2 * jitter * Math.random())
    timer = setTimeout(async () => {
      await refresh()
      if (!isStopped) schedule()
    }, ms).unref()
  }
  void refresh().then(() => (isStopped ? undefined : schedule()))

  const find = (kid: string) => keys?.get(kid)
  const ageMs = () => (state.fetchedAt === null ? Number.POSITIVE_INFINITY : performance.now() - state.fetchedAt)
  return {
    find,
    findAfterFetch: async (kid: string) => {
      if (withdrawn.has(kid)) return undefined
      // Fetches have failed for so long that waiting for the next one is useless.
      if (keys === null && state.fetchedAt !== null) throw new CannotVerifyError(tooOld)
      const now = performance.now()
      // Without any set, a fetch or a retry is already in progress.
      if (keys !== null && now - unknownFetchedAt >= coolDownMs) {
        unknownFetchedAt = now
        await refresh()
      } else await (nextFetch ?? fetching)
      const key = find(kid)
      if (!key && ageMs() > completeForRefreshes * refreshMs) {
        throw new CannotVerifyError('The key set could not be fetched recently and may lack this key.')
      }
      return key
    },
    refresh,
    withdraw: (kid: string) => {
      withdrawn.add(kid)
      keys = keys && new Map([...keys].filter(([it]) => it !== kid))
    },
    state: () => ({
      keys: keys?.size ?? 0,
      fetches: state.fetches,
      lastError: state.lastError,
      ageSeconds: state.fetchedAt === null ? null : ageMs() / 1000,
    }),
    stop: () => {
      isStopped = true
      clearTimeout(timer)
      clearTimeout(expiryTimer)
    },
  }
}
