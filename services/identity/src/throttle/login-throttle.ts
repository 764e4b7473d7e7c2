import { createHash } from 'node:crypto'
import { AppError } from '@gatehouse/service'
import type { DataSource } from 'typeorm'
import { networkOf } from './network-of.ts'
import { throttlesIn } from './throttle.repository.ts'
import { limits } from './throttle-rule.ts'

const tooMany = (seconds: number) =>
  new AppError('too_many', 'too_many_attempts', `Too many failed sign-ins. Try again in ${seconds} s.`, {
    headers: { 'Retry-After': String(seconds) },
  })

// A digest, so that what somebody typed as a username (it may be a password) is not kept.
const keyOf = (kind: string, text: string) => `${kind}:${createHash('sha256').update(text).digest('base64url')}`

/** Whether this user signed in from this address lately; such an owner is not held up by what strangers do. */
type KnowsAddress = (username: string, address: string) => Promise<boolean>

/** Slows down guessing, per account and per address; kept in Postgres, so it holds across restarts and replicas. */
export const createLoginThrottle = (db: DataSource, knowsAddress: KnowsAddress) => ({
  /**
   * Lets an attempt on; tell it what became of it. Attempts under way at once are not counted against each other: as
   * many as may wait for a hash get through before the first failure shows.
   * @throws AppError `too_many_attempts` while this account or address has to wait; such a call is not counted
   */
  admit: async (username: string, address: string | null) => {
    const network = networkOf(address ?? '')
    const pair = { key: keyOf('pair', `${network} ${username}`), limit: limits.pair }
    const from = { key: keyOf('address', network), limit: limits.address }
    const account = { key: keyOf('account', username), limit: limits.account }
    const throttles = throttlesIn(db.manager)
    const waits = await throttles.findWaits([pair.key, from.key, account.key])
    const own = Math.max(waits.get(pair.key) ?? 0, waits.get(from.key) ?? 0)
    if (own > 0) throw tooMany(own)
    const strangers = waits.get(account.key) ?? 0
    if (strangers > 0 && !(address !== null && (await knowsAddress(username, address)))) throw tooMany(strangers)
    return {
      failed: () => db.transaction((tx) => throttlesIn(tx).countFailure([pair, from, account])),
      succeeded: async () => {
        if (waits.has(pair.key)) await throttles.forget(pair.key)
      },
    }
  },
  forgetOld: () => throttlesIn(db.manager).forgetOld(),
})
export type LoginThrottle = ReturnType<typeof createLoginThrottle>
