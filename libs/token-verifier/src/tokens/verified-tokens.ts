import { hash, type KeyObject } from 'node:crypto'
import type { Keys } from '../keys/key-set.ts'
import { createSieveCache } from '../sieve-cache.ts'
import { createDoorkeeper } from './doorkeeper.ts'

/** What is remembered of a token. */
type Verified<Claims> = { claims: Claims; exp: number; kid: string; key: KeyObject; used: boolean }
type Options = { keys: Pick<Keys, 'find'>; leewaySeconds: number; maxTokens: number }

// With this, nine in ten digests are still there after `maxTokens / 2` others. 4 bytes each.
const slotsPerToken = 4

/** SHA-256 of a token: 32 bytes, one per character. */
export const digestOf = (token: string) => hash('sha256', token, 'binary')

/**
 * Remembers the claims of tokens whose signature was verified, by the digest of the whole token. Each use checks again what can
 * change: whether the token has expired, and whether the same key is still published.
 */
export const createVerifiedTokens = <Claims>({ keys, leewaySeconds, maxTokens }: Options) => {
  const tokens = createSieveCache<Verified<Claims>>(maxTokens)
  const doorkeeper = createDoorkeeper(slotsPerToken * maxTokens)
  return {
    find: (digest: string): Claims | undefined => {
      const known = tokens.get(digest)
      if (known === undefined || keys.find(known.kid) !== known.key) return undefined
      return known.exp + leewaySeconds > Date.now() / 1000 ? known.claims : undefined
    },
    /** Remembers from the second sighting on, because storing is expensive and many tokens are used once. */
    remember: (digest: string, verified: Verified<Claims>) => {
      if (doorkeeper.seenBefore(digest)) tokens.set(digest, verified)
    },
  }
}
