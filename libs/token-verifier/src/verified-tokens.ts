import { hash, type KeyObject } from 'node:crypto'
import type { Keys } from './key-set.ts'

type Verified<Kept> = { kept: Kept; kid: string; key: KeyObject }
type Options = { keys: Pick<Keys, 'find'>; leewaySeconds: number; maxTokens: number }

/** What a token is known by. */
export const digestOf = (token: string) => hash('sha256', token, 'base64')

/**
 * Tokens whose signature was checked once, under the digest of the whole token: what differs in one byte is another one,
 * and no token is kept. What may change is asked anew each time: whether it has expired, and whether its very key is
 * still published.
 */
export const createVerifiedTokens = <Kept extends { exp: number }>({ keys, leewaySeconds, maxTokens }: Options) => {
  // Two generations: half of the room each, and what is used in time moves on. Less to do at each use than an exact LRU.
  let young = new Map<string, Verified<Kept>>()
  let old = new Map<string, Verified<Kept>>()
  const keep = (digest: string, token: Verified<Kept>) => {
    if (young.size >= maxTokens / 2) {
      old = young
      young = new Map()
    }
    young.set(digest, token)
  }
  const recall = (digest: string) => {
    const known = young.get(digest)
    if (known !== undefined) return known
    const older = old.get(digest)
    if (older !== undefined) keep(digest, older)
    return older
  }
  return {
    find: (digest: string): Kept | undefined => {
      const known = recall(digest)
      if (known === undefined || keys.find(known.kid) !== known.key) return undefined
      return known.kept.exp + leewaySeconds > Date.now() / 1000 ? known.kept : undefined
    },
    remember: (digest: string, kept: Kept, kid: string, key: KeyObject) => keep(digest, { kept, kid, key }),
  }
}
