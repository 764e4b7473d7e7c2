import { createPublicKey, type KeyObject } from 'node:crypto'
import { publicJwk } from '@gatehouse/contracts'

const minBits = 2048
const minExponent = 65_537n

const shortPlainKid = /^[A-Za-z0-9_-]{1,64}$/

/** @returns the key, or null when it is not one to verify tokens with (RFC 8725 §3.5, RFC 7517 §4) */
const accept = (jwk: unknown): [string, KeyObject] | null => {
  // Strict: another type, use or algorithm, and any private member, is refused here.
  const parsed = publicJwk.safeParse(jwk)
  if (!parsed.success || !shortPlainKid.test(parsed.data.kid)) return null
  try {
    const key = createPublicKey({ key: parsed.data, format: 'jwk' })
    const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {}
    return modulusLength >= minBits && publicExponent >= minExponent ? [parsed.data.kid, key] : null
  } catch {
    return null // numbers that are no RSA key
  }
}

/** The acceptable keys by `kid`. A `kid` that came twice is ambiguous, so neither of the two counts. */
export const acceptableKeys = (jwks: unknown[]): Map<string, KeyObject> => {
  const accepted = jwks.map(accept).filter((it) => it !== null)
  const times = Map.groupBy(jwks, (jwk) => (jwk as { kid?: unknown } | null)?.kid)
  return new Map(accepted.filter(([kid]) => times.get(kid)?.length === 1))
}
