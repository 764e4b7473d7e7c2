import { hash, type KeyObject } from 'node:crypto'
import type { Keys } from '../keys/key-set.ts'
import { createSieveCache } from '../sieve-cache.ts'
import { createDoorkeeper } from './doorkeeper.ts'

/** What is kept of a token: what it says, until when, and the very key that signed it. */
type Verified<Claims> = { claims: Claims; exp: number; kid: string; key: KeyObject; used: boolean }
type Options = { keys: Pick<Keys, 'find'>; leewaySeconds: number; maxTokens: number }

// So that nine in ten still have theirs after half as many others as are kept. 4 bytes each.
const slotsPerToken = 4

/** What a token is known by: 32 bytes, one a character. */
export const digestOf = (token: string) => hash('sha256', token, 'binary')

/**
 * Tokens whose signature was checked and that came again, under the digest of the whole token: what differs in one byte
 * is another one, and no token is kept. What may change is asked anew each time: whether it has expired, and whether its
 * very key is still published.
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
    /** From the second time on: most of what a token costs beyond its check is to be kept, and many come but once. */
    remember: (digest: string, verified: Verified<Claims>) => {
      if (doorkeeper.isBack(digest)) tokens.set(digest, verified)
    },
  }
}
