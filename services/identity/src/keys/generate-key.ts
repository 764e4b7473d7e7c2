import { createHash, generateKeyPair } from 'node:crypto'
import { promisify } from 'node:util'
import { type PublicJwk, publicJwk } from '@gatehouse/contracts'

const generate = promisify(generateKeyPair)

/** JWK thumbprint (RFC 7638 §3): SHA-256 of the required members, in this order and without white space. */
export const thumbprint = ({ e, n }: { e: string; n: string }) =>
  createHash('sha256')
    .update(JSON.stringify({ e, kty: 'RSA', n }))
    .digest('base64url')

/** Generates an RSA-2048 key pair: the public JWK, and the private key as PKCS#8 PEM. */
export const generateSigningKey = async (): Promise<{ publicJwk: PublicJwk; privatePem: string }> => {
  const { publicKey, privateKey } = await generate('rsa', { modulusLength: 2048, publicExponent: 0x10001 })
  const { n = '', e = '' } = publicKey.export({ format: 'jwk' })
  return {
    publicJwk: publicJwk.parse({ kty: 'RSA', use: 'sig', alg: 'RS256', kid: thumbprint({ n, e }), n, e }),
    privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}
