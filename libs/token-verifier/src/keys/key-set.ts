import type { KeyObject } from 'node:crypto'
import jwksRsa from 'jwks-rsa'
import { CannotVerifyError } from '../token-error.ts'
import { acceptableKeys } from './acceptable-keys.ts'
import { fetchJwks } from './fetch-jwks.ts'

/**
 * Where a verifier finds keys. A known key is there at once, and the same object for as long as it is published; for an
 * unknown one the set may be fetched again.
 */
export type Keys = {
  find: (kid: string) => KeyObject | undefined
  /** @throws CannotVerifyError when there is no such key in a set too old to hold all, or there has been none at all */
  findAfterFetch: (kid: string) => Promise<KeyObject | undefined>
}

const usualRefreshMs = 60_000
/** A part of the time between fetches: so that many verifiers do not ask at once. */
const spread = 0.1
/** How long a verifier with the usual refresh may take to hear of a new key. */
export const longestKeyRefreshMs = Math.ceil(usualRefreshMs * (1 + spread))

// Sooner after a failure.
const retry = { leastMs: 500, mostMs: 5_000 }
// A key signs only after it was published for the set's max-age and a refresh: a set younger than that lacks none.
const completeForRefreshes = 2

/** For so long keys are trusted that could not be refreshed (docs/decisions/0006). */
export const defaultMaxKeyAgeSeconds = 3_600
const longestMaxKeyAgeSeconds = 604_800
const tooOld = 'The key set could not be fetched for so long that its keys count no more.'

type Options = {
  jwksUri: string
  refreshMs?: number
  coolDownMs?: number
  /** Keys that could not be fetched anew for so long count no more; at most a week. An hour by default. */
  maxKeyAgeSeconds?: number
  onError?: (error: unknown) => void
}

/**
 * The issuer's whole key set, held by us and fetched in the background. A known key never waits and never depends on the
 * budget for unknown ones: an unknown `kid` causes at most one fetch in `coolDownMs`, shared by all who wait. The last
 * good set is kept whatever the issuer serves, until it is too old; a good new set replaces it whole, so a withdrawn key is
 * gone. @throws Error at once for an age that would switch the rule off
 */
export const startKeySet = ({ jwksUri, refreshMs = usualRefreshMs, coolDownMs = 15_000, ...options }: Options) => {
  const { maxKeyAgeSeconds = defaultMaxKeyAgeSeconds, onError = () => {} } = options
  const maxKeyAgeMs = maxKeyAgeSeconds * 1000
  // The other way round, NaN would pass.
  if (!(maxKeyAgeMs >= completeForRefreshes * refreshMs && maxKeyAgeSeconds <= longestMaxKeyAgeSeconds)) {
    throw new Error('The age of keys must be at least two refreshes and at most a week.')
  }
  // No cache and no rate limit of its own: with them a flood of unknown kids makes good tokens fail.
  const client = jwksRsa({ jwksUri, cache: false, rateLimit: false, fetcher: fetchJwks })
  let keys: ReadonlyMap<string, KeyObject> | null = null
  let fetching: Promise<void> | null = null
  let following: Promise<void> | null = null
  let unknownFetchedAt = Number.NEGATIVE_INFINITY
  let timer: NodeJS.Timeout | undefined
  let ageing: NodeJS.Timeout | undefined
  let isStopped = false
  const withdrawn = new Set<string>()
  const state = { fetches: 0, failures: 0, lastError: null as string | null, fetchedAt: null as number | null }

  // A timer, so that a use of a key need not read a clock.
  const restartAgeing = () => {
    clearTimeout(ageing)
    if (isStopped) return
    ageing = setTimeout(() => {
      keys = null
      state.lastError ??= tooOld
    }, maxKeyAgeMs).unref()
  }

  const fetchOnce = async () => {
    state.fetches += 1
    try {
      const fetched = acceptableKeys((await client.getKeys()) as unknown[])
      for (const [kid, key] of keys ?? []) if (fetched.get(kid)?.equals(key)) fetched.set(kid, key)
      if (fetched.size === 0) throw new Error('The key set holds no acceptable key.')
      keys = new Map([...fetched].filter(([kid]) => !withdrawn.has(kid)))
      state.failures = 0
      state.lastError = null
      state.fetchedAt = performance.now()
      restartAgeing()
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
  /** A fetch that begins from now on: one under way may have been answered before what the caller heard of. */
  const refresh = (): Promise<void> => {
    if (fetching === null) return fetchNow()
    following ??= fetching.then(() => {
      following = null
      return fetchNow()
    })
    return following
  }

  const schedule = () => {
    const retryMs = Math.min(refreshMs, retry.mostMs, retry.leastMs * 2 ** state.failures)
    const ms = (state.failures === 0 ? refreshMs : retryMs) * (1 - spread + 2 * spread * Math.random())
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
      // Not to wait for a fetch that has failed for so long.
      if (keys === null && state.fetchedAt !== null) throw new CannotVerifyError(tooOld)
      const now = performance.now()
      // Without a set there is nothing to spare: the first one is being fetched, or the issuer is away.
      if (keys !== null && now - unknownFetchedAt >= coolDownMs) {
        unknownFetchedAt = now
        await refresh()
      } else await (following ?? fetching)
      const key = find(kid)
      if (!key && ageMs() > completeForRefreshes * refreshMs) {
        throw new CannotVerifyError('The key set could not be fetched for too long to know all keys.')
      }
      return key
    },
    refresh,
    /** From now on this key counts no more, whatever a slower answer still lists. */
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
      clearTimeout(ageing)
    },
  } satisfies Keys & Record<string, unknown>
}
export type KeySet = ReturnType<typeof startKeySet>
