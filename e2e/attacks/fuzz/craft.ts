import { constants, createHmac, sign } from 'node:crypto'
import type { Key } from './world.ts'

export const base64url = (text: string | Buffer) => Buffer.from(text as string).toString('base64url')
const inputOf = (header: string, payload: string) => `${base64url(header)}.${base64url(payload)}`

const signers = {
  RS256: (input: string, key: Key) => sign('sha256', Buffer.from(input), key.privateKey),
  RS384: (input: string, key: Key) => sign('sha384', Buffer.from(input), key.privateKey),
  RS512: (input: string, key: Key) => sign('sha512', Buffer.from(input), key.privateKey),
  'RSA-SHA1': (input: string, key: Key) => sign('sha1', Buffer.from(input), key.privateKey),
  PS256: (input: string, key: Key) =>
    sign('sha256', Buffer.from(input), {
      key: key.privateKey,
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: 32,
    }),
  none: () => Buffer.alloc(0),
}
export type SignedAs = keyof typeof signers

/** A token of this very text of header and payload, whatever it is, truly signed. */
export const craft = (header: string, payload: string, key: Key, as: SignedAs = 'RS256') => {
  const input = inputOf(header, payload)
  return `${input}.${signers[as](input, key).toString('base64url')}`
}

/** Signed as if this, which everybody may know, were a secret. */
export const craftByHmac = (header: string, payload: string, secret: string | Buffer, digest: string) => {
  const input = inputOf(header, payload)
  return `${input}.${createHmac(digest, secret).update(input).digest('base64url')}`
}
