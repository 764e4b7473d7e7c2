import { createPublicKey, type KeyObject } from 'node:crypto'
import { publicJwk } from '@gatehouse/contracts'

const minBits = 2048
const minExponent = 65_537n

const shortPlainKid = /^[A-Za-z0-9_-]{1,64}$/

/** @returns the key, or null when tokens must not be verified with it (RFC 8725 §3.5, RFC 7517 §4) */
const accept = (jwk: unknown): [string, KeyObject] | null => {
  // Refuses another type, use or algorithm, and any private member.
  const parsed = publicJwk.safeParse(jwk)
  if (!parsed.success || !shortPlainKid.test(parsed.data.kid)) return null
  try {
    const key = createPublicKey({ key: parsed.data, format: 'jwk' })
    const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {}
    return modulusLength >= minBits && publicExponent >= minExponent ? [parsed.data.kid, key] : null
  } catch {
    return null // not an RSA key
  }
}

/** The acceptable keys by `kid`. Keys that share a `kid` are ambiguous, so none of them is included. */
export const acceptableKeys = (jwks: unknown[]): Map<string, KeyObject> => {
  const accepted = jwks.map(accept).filter((it) => it !== null)
  const times = Map.groupBy(jwks, (jwk) => (jwk as { kid?: unknown } | null)?.kid)
  return new Map(accepted.filter(([kid]) => times.get(kid)?.length === 1))
}
