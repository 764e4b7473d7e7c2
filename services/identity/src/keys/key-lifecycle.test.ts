import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nextKeyStep } from './key-lifecycle.ts'
import type { StoredKey } from './signing-key.entity.ts'

// The margin of the rule for clock differences.
const marginMs = 60_000
const times = { rotationMs: 100_000, activationDelayMs: 20_000, tokenLifetimeMs: 50_000 }
const key = (kid: string, state: StoredKey['state'], at: number): StoredKey => ({
  kid,
  state,
  publicJwk: { kty: 'RSA', use: 'sig', alg: 'RS256', kid, n: '', e: '' },
  encryptedPrivateKey: '',
  version: 1,
  createdAt: new Date(at),
  changedAt: new Date(at),
})

describe('the lifecycle of keys', () => {
  it('keeps exactly one current key, publishes keys before use, and removes exactly those that no live token needs', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40_000 }), { maxLength: 80 }), (waits) => {
        let now = 0
        let generated = 0
        let keys: StoredKey[] = []
        for (const wait of [0, ...waits]) {
          now += wait
          for (let step = nextKeyStep(keys, now, times); step !== null; step = nextKeyStep(keys, now, times)) {
            if (step.do === 'generate') {
              generated += 1
              keys.push(key(`k${generated}`, 'next', now))
            } else if (step.do === 'activate') {
              const { next, current } = step
              if (current) expect(now - next.createdAt.getTime()).toBeGreaterThanOrEqual(times.activationDelayMs)
              keys = keys.map((it) =>
                it === next
                  ? { ...it, state: 'current', changedAt: new Date(now) }
                  : it === current
                    ? { ...it, state: 'retiring', changedAt: new Date(now) }
                    : it,
              )
            } else {
              expect(step.key.state).toBe('retiring')
              expect(now - step.key.changedAt.getTime()).toBeGreaterThanOrEqual(times.tokenLifetimeMs + marginMs)
              keys = keys.filter((it) => it !== step.key)
            }
          }
          expect(keys.filter((it) => it.state === 'current')).toHaveLength(1)
          const oldest = Math.min(...keys.flatMap((it) => (it.state === 'retiring' ? [it.changedAt.getTime()] : [now])))
          expect(now - oldest, 'kept no longer than needed').toBeLessThan(times.tokenLifetimeMs + marginMs)
        }
      }),
    )
  })
})
