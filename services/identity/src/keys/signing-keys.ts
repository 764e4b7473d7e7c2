import { createPrivateKey, type KeyObject } from 'node:crypto'
import type { Jwks } from '@gatehouse/contracts'
import type { Logger } from '@gatehouse/service'
import type { DataSource } from 'typeorm'
import type { NewEvent } from '../outbox/new-event.ts'
import { outboxIn } from '../outbox/outbox.repository.ts'
import { generateSigningKey } from './generate-key.ts'
import type { KeyCipher } from './key-cipher.ts'
import type { StoredKey } from './signing-key.entity.ts'
import { signingKeysIn } from './signing-keys.repository.ts'

type Needs = { db: DataSource; cipher: KeyCipher; newEvent: NewEvent; log: Logger }
export type CurrentKey = { kid: string; privateKey: KeyObject }

/**
 * Makes the first key where there is none. It signs at once: no verifier can hold an older set, for there was none.
 * @returns all published keys
 */
const ensureCurrentKey = async ({ db, cipher, newEvent, log }: Needs): Promise<StoredKey[]> => {
  const published = await signingKeysIn(db.manager).findPublished()
  if (published.some((it) => it.state === 'current')) return published
  const { publicJwk, privatePem } = await generateSigningKey()
  const { kid } = publicJwk
  return db.transaction(async (tx) => {
    const keys = signingKeysIn(tx)
    await keys.lock()
    const now = await keys.findPublished()
    if (now.some((it) => it.state === 'current')) return now
    const encryptedPrivateKey = cipher.encrypt(privatePem, kid)
    const dates = { createdAt: new Date(), changedAt: new Date() }
    const key: StoredKey = { kid, state: 'current', publicJwk, encryptedPrivateKey, version: 2, ...dates }
    await keys.insert(key)
    const outbox = outboxIn(tx)
    await outbox.append(newEvent('key.published.v1', { id: kid, version: 1 }, { key: { kid, state: 'next' } }))
    await outbox.append(newEvent('key.activated.v1', { id: kid, version: 2 }, { key: { kid, state: 'current' } }))
    log.info({ kid }, 'made the first signing key')
    return [key, ...now]
  })
}

/** The keys that this issuer signs with and publishes. */
export const openSigningKeys = async (needs: Needs) => {
  const published = await ensureCurrentKey(needs)
  const stored = published.find((it) => it.state === 'current')
  if (!stored?.encryptedPrivateKey) throw new Error('There is no current signing key.')
  const { kid, encryptedPrivateKey } = stored
  const current: CurrentKey = { kid, privateKey: createPrivateKey(needs.cipher.decrypt(encryptedPrivateKey, kid)) }
  const jwks: Jwks = { keys: published.map((it) => it.publicJwk) }
  return { current: () => current, jwks: () => jwks }
}
export type SigningKeys = Awaited<ReturnType<typeof openSigningKeys>>
