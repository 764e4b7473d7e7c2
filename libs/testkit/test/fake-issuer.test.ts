import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FakeIssuer, startFakeIssuer } from '../src/testkit.ts'

let issuer: FakeIssuer
beforeEach(async () => {
  issuer = await startFakeIssuer()
})
afterEach(() => issuer.close())

const verify = (token: string) =>
  jwtVerify(token, createRemoteJWKSet(new URL(issuer.jwksUri)), {
    issuer: issuer.issuer,
    audience: issuer.audience,
    algorithms: ['RS256'],
    typ: 'at+jwt',
  })

describe('the fake issuer', () => {
  it.each([
    ['of a key that is not published', async () => issuer.token({}, {}, await issuer.key(1))],
    ['without signature', () => issuer.token({}, { alg: 'none' })],
    ['of another type', () => issuer.token({}, { typ: 'JWT' })],
    ['with an unknown critical header', () => issuer.token({}, { crit: ['x'], x: 1 })],
    ['that is over', () => issuer.token({ exp: 1 })],
    ['without audience', () => issuer.token({ aud: undefined })],
    [
      'signed by the public key as if that were a secret',
      async () => issuer.token({}, { alg: 'HS256' }, new TextEncoder().encode((await issuer.key(0)).publicPem)),
    ],
  ])('makes a token %s that a verifier refuses', async (_what, make) => {
    await expect(verify(await make())).rejects.toThrow()
  })

  it('makes a valid token by default', async () => {
    const token = await issuer.token({ preferred_username: 'grace' })
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'RS256', typ: 'at+jwt', kid: (await issuer.key(0)).kid })
    expect((await verify(token)).payload).toMatchObject({ preferred_username: 'grace', client_id: 'gatehouse', ver: 1 })
    expect(issuer.fetches()).toBe(1)
  })

  it('serves an invalid key set until `behave`, and counts each fetch', async () => {
    const keySet = () => fetch(issuer.jwksUri, { redirect: 'manual', signal: AbortSignal.timeout(300) })
    issuer.misbehave('server error')
    expect((await keySet()).status).toBe(500)
    issuer.misbehave('empty set')
    expect(await (await keySet()).json()).toEqual({ keys: [] })
    issuer.misbehave('dripping')
    await expect(keySet().then((it) => it.text())).rejects.toThrow('timeout')
    issuer.misbehave('reset')
    await expect(keySet()).rejects.toThrow('fetch failed')
    issuer.behave()
    expect(await (await keySet()).json()).toMatchObject({ keys: [{ kty: 'RSA', use: 'sig', alg: 'RS256' }] })
    expect(issuer.fetches()).toBe(5)
  })

  it('refuses connections while it is down, and returns at the same address', async () => {
    await issuer.goDown()
    await expect(fetch(issuer.jwksUri)).rejects.toThrow('fetch failed')
    await issuer.goUp()
    expect((await fetch(issuer.jwksUri)).status).toBe(200)
  })
})
