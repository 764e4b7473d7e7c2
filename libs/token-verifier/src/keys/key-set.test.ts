import { setTimeout as delay } from 'node:timers/promises'
import { eventually, type FakeIssuer, startFakeIssuer } from '@gatehouse/testkit'
import { afterAll, describe, expect, it } from 'vitest'
import { CannotVerifyError } from '../token-error.ts'
import { createTokenVerifier } from '../tokens/verify-token.ts'
import { type KeySet, startKeySet } from './key-set.ts'

type Options = Partial<Parameters<typeof startKeySet>[0]>

// The tests run concurrently, because two of them wait for time-outs.
const closers: (() => unknown)[] = []
afterAll(async () => void (await Promise.all(closers.map((close) => close()))))

const startIssuer = async () => {
  const issuer = await startFakeIssuer()
  closers.push(() => issuer.close())
  return issuer
}
const startKeys = (issuer: FakeIssuer, options: Options = {}) => {
  const keys = startKeySet({ jwksUri: issuer.jwksUri, ...options })
  closers.push(() => keys.stop())
  return keys
}
/** An issuer with its first key, and a key set that has it. */
const start = async (options: Options = {}) => {
  const issuer = await startIssuer()
  const keys = startKeys(issuer, options)
  await keys.refresh()
  return { issuer, keys, first: (await issuer.key(0)).kid, second: await issuer.key(1) }
}
const stateOf = (keys: KeySet) => keys.state()

describe.concurrent('the key set', () => {
  it('cannot verify before the first set is fetched', async () => {
    const issuer = await startIssuer()
    issuer.misbehave('server error')
    const keys = startKeys(issuer, { refreshMs: 50 })
    await expect(keys.findAfterFetch('any')).rejects.toBeInstanceOf(CannotVerifyError)
    expect(stateOf(keys)).toMatchObject({ keys: 0, ageSeconds: null })
    issuer.behave()
    const { kid } = await issuer.key(0)
    await eventually(() => expect(keys.find(kid)).toBeDefined())
    expect(stateOf(keys)).toMatchObject({ keys: 1, lastError: null })
  })

  it('starts while the issuer is down, and finds the keys once it is up', async () => {
    const issuer = await startIssuer()
    await issuer.goDown()
    const errors: unknown[] = []
    const keys = startKeys(issuer, { refreshMs: 50, onError: (error) => errors.push(error) })
    await expect(keys.findAfterFetch('any')).rejects.toBeInstanceOf(CannotVerifyError)
    expect(errors.length).toBeGreaterThan(0)
    await issuer.goUp()
    const { kid } = await issuer.key(0)
    await eventually(() => expect(keys.find(kid)).toBeDefined())
  })

  it.for(['server error', 'empty set', 'no body', 'html', 'huge', 'dripping', 'silent', 'reset', 'redirect'] as const)(
    'keeps its keys when the next response is invalid: %s',
    { timeout: 10_000 },
    async (how) => {
      const { issuer, keys, first } = await start()
      issuer.misbehave(how)
      const startedAt = performance.now()
      expect(await keys.findAfterFetch('unknown')).toBeUndefined()
      expect(performance.now() - startedAt, 'the whole fetch has a time limit').toBeLessThan(8_000)
      expect(keys.find(first)).toBeDefined()
      expect(stateOf(keys).lastError).not.toBeNull()
      issuer.behave()
      await keys.refresh()
      expect(stateOf(keys)).toMatchObject({ keys: 1, lastError: null })
    },
  )

  it('fetches once for 10,000 unknown key ids, and known keys do not wait for that', async () => {
    const { issuer, keys, first } = await start()
    const before = issuer.fetches()
    const unknown = Array.from({ length: 10_000 }, (_, at) => keys.findAfterFetch(`unknown-${at}`))
    expect(keys.find(first)).toBeDefined()
    expect(new Set(await Promise.all(unknown))).toEqual(new Set([undefined]))
    expect(issuer.fetches() - before).toBe(1)
    // The limit for unknown key ids does not affect the background.
    expect(await keys.findAfterFetch('one more')).toBeUndefined()
    await keys.refresh()
    expect(issuer.fetches() - before).toBe(2)
    expect(stateOf(keys).fetches).toBe(issuer.fetches())
    expect(keys.find(first)).toBeDefined()
  })

  it('fetches again for an unknown key id after the cool-down', async () => {
    const { issuer, keys, second } = await start({ coolDownMs: 100 })
    expect(await keys.findAfterFetch(second.kid)).toBeUndefined()
    issuer.publish(await issuer.key(0), second)
    await eventually(async () => expect(await keys.findAfterFetch(second.kid)).toBeDefined())
  })

  it('finds a newly published key for all callers with one fetch', async () => {
    const { issuer, keys, second } = await start()
    const before = issuer.fetches()
    issuer.publish(await issuer.key(0), second)
    const found = await Promise.all(Array.from({ length: 100 }, () => keys.findAfterFetch(second.kid)))
    expect(found.every((key) => key !== undefined)).toBe(true)
    expect(issuer.fetches() - before).toBe(1)
  })

  it('sends another request on refresh while a fetch is in flight, which may be older', async () => {
    const { issuer, keys } = await start()
    const before = issuer.fetches()
    await Promise.all([keys.refresh(), keys.refresh(), keys.refresh()])
    expect(issuer.fetches() - before).toBe(2)
  })

  it('fetches in the background, and drops a key that a valid set no longer has', async () => {
    const { issuer, keys, first, second } = await start({ refreshMs: 50 })
    issuer.publish(second)
    await eventually(() => expect(keys.find(second.kid)).toBeDefined())
    expect(keys.find(first)).toBeUndefined()
    issuer.misbehave('empty set')
    await eventually(() => expect(stateOf(keys).lastError).not.toBeNull())
    expect(keys.find(first), 'an invalid set does not restore it').toBeUndefined()
    expect(keys.find(second.kid)).toBeDefined()
  })

  it('drops a withdrawn key at once, even if a later response still lists it', async () => {
    const { issuer, keys, first } = await start()
    const before = issuer.fetches()
    keys.withdraw(first)
    expect(keys.find(first)).toBeUndefined()
    expect(await keys.findAfterFetch(first)).toBeUndefined()
    expect(issuer.fetches(), 'a withdrawn key id causes no fetch').toBe(before)
    await keys.refresh()
    expect(keys.find(first)).toBeUndefined()
  })

  it('cannot verify with an unknown key id once its set may be incomplete', async () => {
    const { issuer, keys, first, second } = await start({ refreshMs: 100, coolDownMs: 100 })
    issuer.misbehave('server error')
    issuer.publish(await issuer.key(0), second)
    expect(await keys.findAfterFetch(second.kid), 'recent enough to be complete').toBeUndefined()
    await eventually(() => expect(stateOf(keys).ageSeconds).toBeGreaterThan(0.2))
    await expect(keys.findAfterFetch(second.kid)).rejects.toBeInstanceOf(CannotVerifyError)
    expect(keys.find(first), 'known keys remain').toBeDefined()
    issuer.behave()
    await eventually(() => expect(keys.find(second.kid)).toBeDefined())
  })

  it.for(['server error', 'empty set', 'silent', 'reset'] as const)(
    'trusts no key that could not be fetched again for too long, and cannot verify: %s',
    { timeout: 10_000 },
    async (how) => {
      const { issuer, keys, first } = await start({ refreshMs: 50, maxKeyAgeSeconds: 0.5 })
      const { issuer: iss, audience } = issuer
      const { verify } = createTokenVerifier({ issuer: iss, audience, keys })
      const token = await issuer.token()
      for (let times = 0; times < 3; times += 1) expect(await verify(token)).toMatchObject({ ver: 1 })
      issuer.misbehave(how)
      await eventually(() => expect(keys.find(first)).toBeUndefined())
      expect(stateOf(keys)).toMatchObject({ keys: 0, lastError: expect.any(String) })
      await expect(verify(token), 'also for a remembered token').rejects.toBeInstanceOf(CannotVerifyError)
      issuer.behave()
      await eventually(async () => expect(await verify(token)).toMatchObject({ ver: 1 }))
    },
  )

  it('keeps its keys as long as it can fetch them again', async () => {
    // Longer than the pauses of a busy machine.
    const maxKeyAgeSeconds = 2
    const { keys, first } = await start({ refreshMs: 20, maxKeyAgeSeconds })
    const key = keys.find(first)
    const startedAt = performance.now()
    const livedMs = () => performance.now() - startedAt
    await eventually(() => expect(livedMs()).toBeGreaterThan(2_000 * maxKeyAgeSeconds), { withinMs: 10_000 })
    expect(keys.find(first), 'the same object, so that remembered tokens stay valid').toBe(key)
  })

  it('fetches no more once it is stopped, even if a fetch was in flight', async () => {
    const issuer = await startIssuer()
    const keys = startKeys(issuer, { refreshMs: 20 })
    keys.stop()
    await eventually(() => expect(stateOf(keys).keys).toBe(1))
    await delay(300)
    expect(issuer.fetches()).toBe(1)
  })

  it('waits for the refresh interval, not the shorter one after a failure', async () => {
    const { issuer } = await start()
    const before = issuer.fetches()
    await delay(1_300)
    expect(issuer.fetches()).toBe(before)
  })

  it.each([0, -1, Number.NaN, 100, 604_801, Number.POSITIVE_INFINITY])(
    'does not start with a maximum key age of %d s',
    (age) => {
      expect(() => startKeySet({ jwksUri: 'http://127.0.0.1:1', maxKeyAgeSeconds: age })).toThrow('age')
    },
  )
})
