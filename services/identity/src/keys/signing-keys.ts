import { createPrivateKey, type KeyObject } from 'node:crypto'
import type { Jwks } from '@gatehouse/contracts'
import { type Logger, runAs } from '@gatehouse/service'
import { changeKeys, type KeyNeeds } from './key-changes.ts'
import { type KeyTimes, keyReloadMs, nextKeyStep } from './key-lifecycle.ts'
import type { StoredKey } from './signing-key.entity.ts'
import { signingKeysIn } from './signing-keys.repository.ts'

type Needs = KeyNeeds & { times: KeyTimes; log: Logger }
export type CurrentKey = { kid: string; privateKey: KeyObject }

/** Takes all due steps, one replica at a time. @returns the published keys afterwards */
const takeDueSteps = (needs: Needs): Promise<StoredKey[]> =>
  changeKeys(needs, async (keys) => {
    const { times, log } = needs
    while (true) {
      const published = await keys.findPublished()
      const step = nextKeyStep(published, Date.now(), times)
      if (step === null) return published
      if (step.do === 'generate') log.info({ kid: (await keys.generate()).kid }, 'published a new signing key')
      else if (step.do === 'activate') {
        await keys.activate(step.next, step.current)
        log.info({ kid: step.next.kid }, 'activated the new signing key')
      } else await keys.remove(step.key)
    }
  })

/** Reads the published keys, after taking all due steps. */
const read = async (needs: Needs) => {
  const published = await signingKeysIn(needs.db.manager).findPublished()
  if (nextKeyStep(published, Date.now(), needs.times) === null) return published
  return runAs('job:key-rotation', () => takeDueSteps(needs))
}

/**
 * The signing keys of this issuer. Rotates them on schedule, and reloads them every second, since another replica or the
 * command line may have changed them.
 */
export const openSigningKeys = async (needs: Needs) => {
  const { cipher, log } = needs
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
  }, keyReloadMs)
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
