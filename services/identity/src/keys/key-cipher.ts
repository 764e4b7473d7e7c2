import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

// HKDF (RFC 5869) derives a 32-byte key and an id from a secret of any length.
const derive = (secret: string) => {
  const bytes = (info: string, length: number) => Buffer.from(hkdfSync('sha256', secret, '', info, length))
  return { id: bytes('gatehouse key secret id', 6).toString('base64url'), key: bytes('gatehouse key encryption', 32) }
}

/**
 * AES-256-GCM for private keys at rest. The first secret encrypts, all decrypt, so that a secret can be replaced without
 * downtime. The encrypted form is `secretId.iv.tag.ciphertext`; the `kid` is authenticated with it.
 */
export const createKeyCipher = (secrets: [string, ...string[]]) => {
  const [first, ...rest] = secrets.map(derive) as [ReturnType<typeof derive>, ...ReturnType<typeof derive>[]]
  const byId = new Map([first, ...rest].map((it) => [it.id, it.key]))
  return {
    encrypt: (plain: string, kid: string) => {
      const iv = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', first.key, iv).setAAD(Buffer.from(kid))
      const ciphertext = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
      return [first.id, ...[iv, cipher.getAuthTag(), ciphertext].map((it) => it.toString('base64url'))].join('.')
    },
    /** Whether it is encrypted with the first secret. */
    isCurrent: (encrypted: string) => encrypted.startsWith(`${first.id}.`),
    /** @throws Error if its secret is not listed, or if it was modified */
    decrypt: (encrypted: string, kid: string) => {
      const [secretId = '', iv = '', tag = '', ciphertext = ''] = encrypted.split('.')
      const key = byId.get(secretId)
      if (!key) throw new Error(`The secret that encrypted the signing key ${kid} is not in KEY_SECRETS_FILE.`)
      const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(iv, 'base64url'), { authTagLength: 16 })
      decipher.setAAD(Buffer.from(kid)).setAuthTag(Buffer.from(tag, 'base64url'))
      return decipher.update(Buffer.from(ciphertext, 'base64url'), undefined, 'utf8') + decipher.final('utf8')
    },
  }
}
export type KeyCipher = ReturnType<typeof createKeyCipher>
