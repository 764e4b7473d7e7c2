import { createPrivateKey, type KeyObject } from 'node:crypto'
import type { Jwks } from '@gatehouse/contracts'
import { type Logger, runAs } from '@gatehouse/service'
import type { DataSource } from 'typeorm'
import type { NewEvent } from '../outbox/new-event.ts'
import { keyChangesIn } from './key-changes.ts'
import type { KeyCipher } from './key-cipher.ts'
import { type KeyTimes, nextKeyStep } from './key-lifecycle.ts'
import type { StoredKey } from './signing-key.entity.ts'
import { signingKeysIn } from './signing-keys.repository.ts'

type Needs = { db: DataSource; cipher: KeyCipher; newEvent: NewEvent; times: KeyTimes; log: Logger }
export type CurrentKey = { kid: string; privateKey: KeyObject }

/** Takes every step that is due, one replica at a time. @returns all published keys as they are then */
const takeDueSteps = ({ db, cipher, newEvent, times, log }: Needs): Promise<StoredKey[]> =>
  db.transaction(async (tx) => {
    const keys = signingKeysIn(tx)
    await keys.lock()
    const changes = keyChangesIn(tx, cipher, newEvent)
    while (true) {
      const published = await keys.findPublished()
      const step = nextKeyStep(published, Date.now(), times)
      if (step === null) return published
      if (step.do === 'make') log.info({ kid: (await changes.make()).kid }, 'published a new signing key')
      else if (step.do === 'activate') {
        await changes.activate(step.next, step.current)
        log.info({ kid: step.next.kid }, 'a new key signs from now on')
      } else await changes.erase(step.key)
    }
  })

/** Reads the keys without changing anything, or takes what is due. */
const read = async (needs: Needs) => {
  const published = await signingKeysIn(needs.db.manager).findPublished()
  if (nextKeyStep(published, Date.now(), needs.times) === null) return published
  return runAs('job:key-rotation', () => takeDueSteps(needs))
}

/**
 * The keys that this issuer signs with and publishes. Rotates them by schedule, and looks every `reloadMs` for what
 * another replica or the command line did.
 */
export const openSigningKeys = async (needs: Needs & { reloadMs: number }) => {
  const { cipher, log, reloadMs } = needs
  let current: CurrentKey | null = null
  let jwks: Jwks = { keys: [] }

  const load = async () => {
    const published = await read(needs)
    const stored = published.find((it) => it.state === 'current')
    if (!stored?.encryptedPrivateKey) throw new Error('There is no current signing key.')
    const { kid, encryptedPrivateKey } = stored
    if (current?.kid !== kid) current = { kid, privateKey: createPrivateKey(cipher.decrypt(encryptedPrivateKey, kid)) }
    if (published.map((it) => it.kid).join() !== jwks.keys.map((it) => it.kid).join()) {
      jwks = { keys: published.map((it) => it.publicJwk) }
    }
  }
  await load()

  let loading = Promise.resolve()
  const timer = setInterval(() => {
    loading = load().catch((error: unknown) => log.error({ err: error }, 'cannot reload the signing keys'))
  }, reloadMs)
  return {
    current: (): CurrentKey => {
      if (!current) throw new Error('There is no current signing key.')
      return current
    },
    jwks: () => jwks,
    close: async () => {
      clearInterval(timer)
      await loading
    },
  }
}
export type SigningKeys = Awaited<ReturnType<typeof openSigningKeys>>
