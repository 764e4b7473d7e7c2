import type { webcrypto } from 'node:crypto'
import { jwks } from '@gatehouse/contracts'
import { createClient, type FakeIssuer, startFakeIssuer } from '@gatehouse/testkit'
import { decodeJwt, decodeProtectedHeader, exportSPKI, importJWK } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gatehouse, refusalOf } from '../support/client.ts'
import { startOtherIdentity } from '../support/other-identity.ts'
import { api, gatewayUrls } from '../support/stack.ts'
import { signInAdmin } from '../support/users.ts'

let forger: FakeIssuer
let good: string
let gateways: string[]
beforeAll(async () => {
  ;[forger, good, gateways] = await Promise.all([startFakeIssuer(), signInAdmin(), gatewayUrls()])
})
afterAll(() => forger.close())

/** Refused with 401 by Nginx' way and by each gateway, for `GET /auth/me` and for Nginx' own question. */
const expectRefusedEverywhere = async (token: string) => {
  for (const path of ['/auth/me', '/auth/verify']) {
    for (const base of [api(), ...gateways]) {
      const answer = await createClient(base).as(token).send('GET', path)
      expect(refusalOf(answer), `${base}${path}`).toEqual({ status: 401, code: 'invalid_token' })
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer .*error="invalid_token"/)
    }
  }
}

const parts = () => {
  const [header, claims, mac] = good.split('.')
  return { header, claims, mac }
}
const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')

describe('a token', () => {
  it.each([
    [
      'with other claims under the same signature',
      () => `${parts().header}.${encode({ ...decodeJwt(good), sub: crypto.randomUUID() })}.${parts().mac}`,
    ],
    ['with a signature cut short', () => good.slice(0, -8)],
    ['with no signature', () => `${parts().header}.${parts().claims}.`],
    ['of algorithm none', () => forger.token(decodeJwt(good), { alg: 'none' })],
    [
      'signed with the public key as if that were a secret',
      async () => {
        const { kid } = decodeProtectedHeader(good)
        const published = jwks.parse((await gatehouse().readJwks()).body).keys.find((it) => it.kid === kid)
        const publicPem = await exportSPKI((await importJWK(published ?? {}, 'RS256')) as webcrypto.CryptoKey)
        const secret = new TextEncoder().encode(publicPem)
        return forger.token(decodeJwt(good), { alg: 'HS256', kid }, secret)
      },
    ],
    [
      'signed by another key under our kid',
      () => forger.token(decodeJwt(good), { kid: decodeProtectedHeader(good).kid }),
    ],
    [
      'signed by a key that it brings itself',
      async () => forger.token(decodeJwt(good), { jwk: (await forger.key(0)).publicJwk }),
    ],
    ['that names where its key is', () => forger.token(decodeJwt(good), { jku: forger.jwksUri })],
    ['that is no token at all', () => 'not.a.token'],
    ['of seven kilobytes', () => `${parts().header}.${'A'.repeat(6_500)}.${parts().mac}`],
  ])('%s is refused', async (_what, make) => {
    await expectRefusedEverywhere(await make())
  })

  it.each([
    ['of another issuer', { ISSUER: 'http://elsewhere.example/api' }],
    ['for another audience', { AUDIENCE: 'somebody-else' }],
    // A machine whose clock is nine hours behind: what it issues for eight hours is over already.
    [
      'that has expired',
      { NODE_OPTIONS: '--import=data:text/javascript,const/**/now=Date.now;Date.now=()=>now()-324e5' },
    ],
  ])('%s, though signed with the genuine key, is refused', async (_what, settings) => {
    const other = await startOtherIdentity(settings)
    try {
      const token = await other.signInAdmin()
      expect(decodeProtectedHeader(token)).toEqual(decodeProtectedHeader(good))
      await expectRefusedEverywhere(token)
    } finally {
      await other.stop()
    }
  })

  it('that is good is let in by Nginx and by each gateway', async () => {
    for (const base of [api(), ...gateways]) {
      expect(await createClient(base).as(good).readMe()).toMatchObject({ status: 200 })
    }
  })
})
