import { hash, type KeyObject } from 'node:crypto'
import type { Keys } from './key-set.ts'
import { createSieveCache } from './sieve-cache.ts'

type Verified<Kept> = { kept: Kept; kid: string; key: KeyObject; used: boolean }
type Options = { keys: Pick<Keys, 'find'>; leewaySeconds: number; maxTokens: number }

/** What a token is known by. */
export const digestOf = (token: string) => hash('sha256', token, 'base64')

/**
 * Tokens whose signature was checked once, under the digest of the whole token: what differs in one byte is another one,
 * and no token is kept. What may change is asked anew each time: whether it has expired, and whether its very key is
 * still published.
 */
export const createVerifiedTokens = <Kept extends { exp: number }>({ keys, leewaySeconds, maxTokens }: Options) => {
  const tokens = createSieveCache<Verified<Kept>>(maxTokens)
  return {
    find: (digest: string): Kept | undefined => {
      const known = tokens.get(digest)
      if (known === undefined || keys.find(known.kid) !== known.key) return undefined
      return known.kept.exp + leewaySeconds > Date.now() / 1000 ? known.kept : undefined
    },
    remember: (digest: string, kept: Kept, kid: string, key: KeyObject) =>
      tokens.set(digest, { kept, kid, key, used: false }),
  }
}
