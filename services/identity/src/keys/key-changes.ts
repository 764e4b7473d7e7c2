import type { EventType, KeyState } from '@gatehouse/contracts'
import { AppError } from '@gatehouse/service'
import type { DataSource, EntityManager } from 'typeorm'
import { newEvent } from '../outbox/new-event.ts'
import type { OutboxIn } from '../outbox/outbox.repository.ts'
import { generateSigningKey } from './generate-key.ts'
import type { KeyCipher } from './key-cipher.ts'
import type { StoredKey } from './signing-key.entity.ts'
import { signingKeysIn } from './signing-keys.repository.ts'

export type KeyNeeds = { db: DataSource; outboxIn: OutboxIn; cipher: KeyCipher }

const eventOf: Record<KeyState['state'], Extract<EventType, `key.${string}`>> = {
  next: 'key.published.v1',
  current: 'key.activated.v1',
  retiring: 'key.retired.v1',
  gone: 'key.retired.v1',
}

const keyNotFound = () => new AppError('not_found', 'key_not_found', 'There is no such key, or it was already removed.')

/** @throws AppError `key_not_found` */
const getKey = (published: StoredKey[], kid: string) => {
  const key = published.find((it) => it.kid === kid)
  if (!key) throw keyNotFound()
  return key
}

/** Changes of the key set, each with its event, in a transaction that holds the lock of the key set. */
const keyChangesIn = (tx: EntityManager, { outboxIn, cipher }: KeyNeeds) => {
  const keys = signingKeysIn(tx)
  const appendEvent = ({ kid, state, version }: StoredKey) =>
    outboxIn(tx).append(newEvent(eventOf[state], { id: kid, version }, { key: { kid, state } }))

  const move = async (key: StoredKey, state: KeyState['state']) => {
    const moved: StoredKey = { ...key, state, version: key.version + 1, changedAt: new Date() }
    // It signs nothing any more, so the private key is deleted.
    if (state === 'gone') moved.encryptedPrivateKey = null
    await keys.update(moved)
    await appendEvent(moved)
    return moved
  }

  const changes = {
    findPublished: keys.findPublished,
    /** Generates a key that is published, but does not sign yet. */
    generate: async () => {
      const { publicJwk, privatePem } = await generateSigningKey()
      const { kid } = publicJwk
      const now = new Date()
      const key: StoredKey = {
        kid,
        state: 'next',
        publicJwk,
        encryptedPrivateKey: cipher.encrypt(privatePem, kid),
        version: 1,
        createdAt: now,
        changedAt: now,
      }
      await keys.insert(key)
      await appendEvent(key)
      return key
    },
    /** Retires the current key first, because there is never more than one. */
    activate: async (next: StoredKey, current: StoredKey | undefined) => {
      if (current) await move(current, 'retiring')
      return move(next, 'current')
    },
    remove: (key: StoredKey) => move(key, 'gone'),

    /** Hands over to the next key if `kid` is the current one. @returns whether it was @throws AppError `key_not_found` */
    replaceIfCurrent: async (kid: string) => {
      const published = await keys.findPublished()
      const key = getKey(published, kid)
      if (key.state !== 'current') return false
      await changes.activate(published.find((it) => it.state === 'next') ?? (await changes.generate()), key)
      return true
    },

    /**
     * Emergency: verifiers reject tokens of the key as soon as they learn of it. If it is current, another key takes over
     * at once. @throws AppError `key_not_found`
     */
    withdraw: async (kid: string) => {
      await changes.replaceIfCurrent(kid)
      await changes.remove(getKey(await keys.findPublished(), kid))
    },

    /** Encrypts all private keys with the first secret. @returns how many had another one */
    reencrypt: async () => {
      const outdated = (await keys.findPublished()).filter((it) => !cipher.isCurrent(it.encryptedPrivateKey ?? ''))
      for (const key of outdated) {
        const plain = cipher.decrypt(key.encryptedPrivateKey ?? '', key.kid)
        await keys.update({ ...key, encryptedPrivateKey: cipher.encrypt(plain, key.kid) })
      }
      return outdated.length
    },
  }
  return changes
}

/** Runs one change of the key set at a time, across all replicas. */
export const changeKeys = <Result>(
  needs: KeyNeeds,
  change: (keys: ReturnType<typeof keyChangesIn>) => Promise<Result>,
): Promise<Result> =>
  needs.db.transaction(async (tx) => {
    await signingKeysIn(tx).lock()
    return change(keyChangesIn(tx, needs))
  })
