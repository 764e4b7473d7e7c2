import { type EntityManager, Not } from 'typeorm'
import { type StoredKey, signingKeyEntity } from './signing-key.entity.ts'

// The same for all replicas. Held during changes of the key set, so that only one replica generates the first key.
const keySetLock = 7_310_002

/** SQL for signing keys. */
export const signingKeysIn = (manager: EntityManager) => {
  const keys = manager.getRepository(signingKeyEntity)
  return {
    /** Blocks other changes of the key set until the transaction ends. */
    lock: () => manager.query('SELECT pg_advisory_xact_lock($1)', [keySetLock]),
    /** All published keys, newest first. */
    findPublished: () => keys.find({ where: { state: Not('gone') }, order: { createdAt: 'DESC' } }),
    /** All keys, including removed ones, newest first. */
    findAll: () => keys.find({ order: { createdAt: 'DESC' } }),
    update: async (key: StoredKey) => void (await keys.update({ kid: key.kid }, key)),
    insert: async (key: StoredKey) => void (await keys.insert(key)),
  }
}
