import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import type { Chance } from './chance.ts'

export const issuer = 'https://issuer.example/api'
export const audience = 'gatehouse'

const makeKey = (kid: string) => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const publicJwk = { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' }
  return { kid, privateKey, publicJwk, publicPem: publicKey.export({ format: 'pem', type: 'spki' }).toString() }
}

/**
 * Time and keys, moved by the fuzz alone: the clock stands still in between, so that verifier and oracle judge at the same
 * instant. A key that is put back is a new object, as a key set that fetched it again has it.
 */
export const openWorld = (chance: Chance) => {
  const keys = ['one', 'two', 'three'].map(makeKey)
  const attacker = makeKey('evil')
  let now = Date.now()
  Date.now = () => now
  const published = new Map<string, KeyObject>()
  const publish = (at: number) => {
    const { kid, publicPem } = keys[at] as (typeof keys)[number]
    published.set(kid, createPublicKey(publicPem))
  }
  publish(0)
  publish(1)
  return {
    keys,
    attacker,
    /** Seconds since the epoch. */
    now: () => Math.floor(now / 1000),
    find: (kid: string) => published.get(kid),
    /** A key that signs, mostly one that is published. */
    key: () => {
      const known = keys.filter((it) => published.has(it.kid) || chance.oneIn(10))
      return known[chance.below(known.length)] ?? attacker
    },
    move: () => {
      if (chance.oneIn(60)) now += 1000 * (1 + chance.below(chance.pick(5, 60, 7_200)))
      if (!chance.oneIn(60)) return
      const at = chance.below(keys.length)
      const kid = keys[at]?.kid ?? ''
      if (!published.has(kid)) publish(at)
      else if (published.size > 1) published.delete(kid)
    },
  }
}
export type World = ReturnType<typeof openWorld>
export type Key = ReturnType<typeof makeKey>
