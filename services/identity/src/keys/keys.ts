import { setTimeout as delay } from 'node:timers/promises'
import { changeKeys, type KeyNeeds } from './key-changes.ts'
import { keyReloadMs } from './key-lifecycle.ts'
import { signingKeysIn } from './signing-keys.repository.ts'

/** What an operator does with the signing keys. */
export const createKeys = (needs: KeyNeeds) => ({
  /** All that there are or were, newest first. */
  all: signingKeysIn(needs.db.manager).findAll,

  /** @returns the key that signs next, published by now */
  rotate: () =>
    changeKeys(needs, async (keys) => (await keys.findPublished()).find((it) => it.state === 'next') ?? keys.make()),

  /** @throws AppError `key_not_found` */
  withdraw: async (kid: string) => {
    // Withdrawn at once it would go on signing where a replica has not heard of it yet, and verifiers that hear of it would
    // fetch a set that lacks the key that follows.
    const signed = await changeKeys(needs, (keys) => keys.relieve(kid))
    if (signed) await delay(1.5 * keyReloadMs)
    await changeKeys(needs, (keys) => keys.withdraw(kid))
  },

  /** @returns how many were encrypted under another secret than the first */
  reencrypt: () => changeKeys(needs, (keys) => keys.encryptAnew()),
})
export type Keys = ReturnType<typeof createKeys>
