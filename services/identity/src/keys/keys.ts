import { setTimeout as delay } from 'node:timers/promises'
import { changeKeys, type KeyNeeds } from './key-changes.ts'
import { keyReloadMs } from './key-lifecycle.ts'
import { signingKeysIn } from './signing-keys.repository.ts'

/** Operations of an operator on the signing keys. */
export const createKeys = (needs: KeyNeeds) => ({
  /** All keys, including removed ones, newest first. */
  all: signingKeysIn(needs.db.manager).findAll,

  /** Publishes a new key unless one is published already. @returns the key that signs next */
  rotate: () =>
    changeKeys(
      needs,
      async (keys) => (await keys.findPublished()).find((it) => it.state === 'next') ?? keys.generate(),
    ),

  /** @throws AppError `key_not_found` */
  withdraw: async (kid: string) => {
    // Wait until all replicas sign with another key. Otherwise one could still sign with the withdrawn key, and verifiers
    // that refetch the key set could get one without the new key.
    const wasCurrent = await changeKeys(needs, (keys) => keys.replaceIfCurrent(kid))
    if (wasCurrent) await delay(1.5 * keyReloadMs)
    await changeKeys(needs, (keys) => keys.withdraw(kid))
  },

  /** @returns how many keys were encrypted with another secret than the first */
  reencrypt: () => changeKeys(needs, (keys) => keys.reencrypt()),
})
export type Keys = ReturnType<typeof createKeys>
