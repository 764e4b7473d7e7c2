import { hash, type KeyObject } from 'node:crypto'
import type { AccessTokenClaims } from '@gatehouse/contracts'
import { LRUCache } from 'lru-cache'
import type { Keys } from './key-set.ts'

type Verified = { claims: AccessTokenClaims; kid: string; key: KeyObject }
type Options = { keys: Pick<Keys, 'find'>; leewaySeconds: number; maxTokens: number }

/**
 * Tokens whose signature was checked once, under the digest of the whole token: what differs in one byte is another one,
 * and no token is kept. What may change is asked anew each time: whether it has expired, and whether its very key is
 * still published.
 */
export const createVerifiedTokens = ({ keys, leewaySeconds, maxTokens }: Options) => {
  const verified = new LRUCache<string, Verified>({ max: maxTokens })
  const digestOf = (token: string) => hash('sha256', token, 'base64')
  return {
    find: (token: string): AccessTokenClaims | undefined => {
      const known = verified.get(digestOf(token))
      if (known === undefined || keys.find(known.kid) !== known.key) return undefined
      return known.claims.exp + leewaySeconds > Date.now() / 1000 ? known.claims : undefined
    },
    remember: (token: string, claims: AccessTokenClaims, kid: string, key: KeyObject) =>
      void verified.set(digestOf(token), { claims, kid, key }),
  }
}
