import { createHash } from 'node:crypto'
import type { Origin } from '../sessions/origin.ts'
import { networksOf } from './networks-of.ts'
import { type Limit, limits, waitsOf } from './throttle-rule.ts'

/**
 * A counter. The right password resets a counter that is only the owner's (`isOwn`); from others it takes only its own
 * attempt back.
 */
export type ThrottleKey = { key: string; free: number; waits: number[]; isOwn: boolean }

/** The counters of an attempt, by how well its origin is known to the account. */
export type Lanes = Record<'stranger' | 'known_network' | 'known_device', ThrottleKey[]>

// A digest, because the submitted username is not stored: it may be a mistyped password.
const keyOf = (kind: string, text: string) => `${kind}:${createHash('sha256').update(text).digest('base64url')}`
const counter = (key: string, limit: Limit, isOwn: boolean) => ({ key, free: limit.free, waits: waitsOf(limit), isOwn })

export const lanesOf = (username: string, { address, device }: Origin): Lanes => {
  const networks = networksOf(address ?? '')
  const pair = `${networks[0]} ${username}`
  return {
    stranger: [
      counter(keyOf('pair', pair), limits.pair, true),
      counter(keyOf('account', username), limits.account, false),
      ...networks.map((it, at) => counter(keyOf('address', it), limits.networks[at] ?? limits.networks[0], false)),
    ],
    known_network: [counter(keyOf('known', pair), limits.knownNetwork, true)],
    known_device: [counter(keyOf('device', JSON.stringify([pair, device])), limits.knownDevice, true)],
  }
}

export const sessionKey = (id: string) => counter(`session:${id}`, limits.session, true)
