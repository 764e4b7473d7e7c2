import { calculateJwkThumbprint, exportJWK, exportPKCS8, exportSPKI, generateKeyPair } from 'jose'

/** An RSA-2048 signing key, with its public half as a JWK whose `kid` is the RFC 7638 thumbprint. */
const makeRsaKey = async () => {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { modulusLength: 2048, extractable: true })
  const jwk = await exportJWK(publicKey)
  const kid = await calculateJwkThumbprint(jwk)
  return {
    kid,
    privateKey,
    publicJwk: { ...jwk, kid, use: 'sig', alg: 'RS256' },
    publicPem: await exportSPKI(publicKey),
    privatePem: await exportPKCS8(privateKey),
  }
}
export type RsaKey = Awaited<ReturnType<typeof makeRsaKey>>

const made = new Map<number, Promise<RsaKey>>()

/** The nth key of this process. Generating one takes up to a second, so keys are cached. */
export const rsaKey = (nth: number): Promise<RsaKey> => {
  const key = made.get(nth) ?? makeRsaKey()
  made.set(nth, key)
  return key
}
