import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createVerifiedTokens, digestOf } from './verified-tokens.ts'

const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const { publicKey: otherKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const inSeconds = (seconds: number) => ({ exp: Math.floor(Date.now() / 1000) + seconds })

const start = (maxTokens = 10) => {
  const keys = new Map([['one', publicKey]])
  const { find, remember: rememberOnce } = createVerifiedTokens<{ exp: number }>({
    keys: { find: (kid) => keys.get(kid) },
    leewaySeconds: 0,
    maxTokens,
  })
  const once = (digest: string, claims: { exp: number }, kid: string, key: KeyObject) =>
    rememberOnce(digest, { claims, exp: claims.exp, kid, key, used: false })
  const twice = (...it: Parameters<typeof once>) => {
    once(...it)
    once(...it)
  }
  return { keys, find, once, remember: twice }
}

describe('a remembered token', () => {
  it('is recognised only if every byte is the same', () => {
    const { find, remember } = start()
    const token = 'header.payload.signature'
    expect(find(digestOf(token))).toBeUndefined()
    const kept = inSeconds(60)
    remember(digestOf(token), kept, 'one', publicKey)
    expect(find(digestOf(token))).toBe(kept)
    for (let at = 0; at < token.length; at += 1) {
      const other = `${token.slice(0, at)}X${token.slice(at + 1)}`
      expect(find(digestOf(other)), `at ${at}`).toBeUndefined()
    }
  })

  it('is not remembered at its first sighting', () => {
    const { find, once } = start()
    once(digestOf('token'), inSeconds(60), 'one', publicKey)
    expect(find(digestOf('token'))).toBeUndefined()
  })

  it('expires', () => {
    const { find, remember } = start()
    remember('token', inSeconds(0), 'one', publicKey)
    expect(find('token')).toBeUndefined()
  })

  it('is accepted only while the same key is published', () => {
    const { find, remember, keys } = start()
    remember('token', inSeconds(60), 'one', publicKey)
    keys.set('two', otherKey)
    expect(find('token')).toBeDefined()
    keys.set('one', otherKey)
    expect(find('token'), 'another key under the same kid').toBeUndefined()
    keys.delete('one')
    expect(find('token')).toBeUndefined()
  })

  it('is evicted by newer ones unless it is used', () => {
    const { find, remember } = start(4)
    for (const token of ['a', 'b', 'c']) {
      remember(token, inSeconds(60), 'one', publicKey)
      expect(find('a'), token).toBeDefined()
    }
    for (const token of ['d', 'e', 'f', 'g']) remember(token, inSeconds(60), 'one', publicKey)
    expect(['a', 'b', 'c', 'f', 'g'].map((it) => find(it) !== undefined)).toEqual([true, false, false, true, true])
  })
})
