import { type EntityManager, Not } from 'typeorm'
import { type StoredKey, signingKeyEntity } from './signing-key.entity.ts'

// One number for all replicas: whoever changes the set of keys holds it, so that no two make a first key.
const keySetLock = 7_310_002

/** All SQL about signing keys. */
export const signingKeysIn = (manager: EntityManager) => {
  const keys = manager.getRepository(signingKeyEntity)
  return {
    /** Until the transaction ends, nobody else changes the set of keys. */
    lock: () => manager.query('SELECT pg_advisory_xact_lock($1)', [keySetLock]),
    /** All that are still published, newest first. */
    findPublished: () => keys.find({ where: { state: Not('gone') }, order: { createdAt: 'DESC' } }),
    /** All that there are or were, newest first. */
    findAll: () => keys.find({ order: { createdAt: 'DESC' } }),
    update: async (key: StoredKey) => void (await keys.update({ kid: key.kid }, key)),
    insert: async (key: StoredKey) => void (await keys.insert(key)),
  }
}
