import { type FakeIssuer, startFakeIssuer } from '@gatehouse/testkit'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type KeySet, startKeySet } from '../keys/key-set.ts'
import { CannotVerifyError, TokenError, type TokenErrorCode } from '../token-error.ts'
import { createTokenVerifier, type TokenVerifier } from './verify-token.ts'

let issuer: FakeIssuer
let keys: KeySet
let verify: TokenVerifier['verify']
beforeAll(async () => {
  issuer = await startFakeIssuer()
  keys = startKeySet({ jwksUri: issuer.jwksUri })
  verify = createTokenVerifier({ issuer: issuer.issuer, audience: issuer.audience, keys }).verify
  await keys.refresh()
})
afterAll(async () => {
  keys.stop()
  await issuer.close()
})

const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url')
const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds
/** The token with one of its three parts replaced. */
const withPart = (token: string, at: 0 | 1 | 2, part: string) => token.split('.').with(at, part).join('.')
const kid = async () => (await issuer.key(0)).kid
const publicPem = async () => new TextEncoder().encode((await issuer.key(0)).publicPem)

type Case = [what: string, code: TokenErrorCode, make: () => string | Promise<string>]
const refused: Case[] = [
  ['that is empty', 'token_malformed', () => ''],
  ['that is one word', 'token_malformed', () => 'token'],
  ['of two parts', 'token_malformed', async () => (await issuer.token()).split('.').slice(0, 2).join('.')],
  ['of four parts', 'token_malformed', async () => `${await issuer.token()}.AAAA`],
  ['with a space at its end', 'token_malformed', async () => `${await issuer.token()} `],
  ['in base64 with padding', 'token_malformed', async () => `${await issuer.token()}==`],
  ['larger than 8 KiB', 'token_too_large', () => issuer.token({ client_id: 'x'.repeat(8_192) })],
  ['larger than 8 KiB and no token', 'token_too_large', () => '.'.repeat(10_000_000)],
  ['whose header is not JSON', 'token_malformed', async () => withPart(await issuer.token(), 0, 'AAAA')],
  ['whose header is null', 'token_algorithm', async () => withPart(await issuer.token(), 0, encode(null))],
  ['whose header is a list', 'token_algorithm', async () => withPart(await issuer.token(), 0, encode([]))],
  ['without signature', 'token_malformed', () => issuer.token({}, { alg: 'none' })],
  ['whose header says none, signed', 'token_algorithm', async () => swapHeader({ alg: 'none' })],
  ['whose header says NONE', 'token_algorithm', () => swapHeader({ alg: 'NONE' })],
  ['whose header says HS256', 'token_algorithm', async () => issuer.token({}, { alg: 'HS256' }, await publicPem())],
  ['whose header says RS512', 'token_algorithm', () => swapHeader({ alg: 'RS512' })],
  ['whose header says PS256', 'token_algorithm', () => swapHeader({ alg: 'PS256' })],
  ['whose header has two algorithms', 'token_algorithm', () => swapHeader({ alg: ['RS256'] })],
  ['of type JWT', 'token_type', () => issuer.token({}, { typ: 'JWT' })],
  ['without a type', 'token_type', () => issuer.token({}, { typ: undefined })],
  ['with a critical header', 'token_critical_header', () => issuer.token({}, { crit: ['exp'], exp: 1 })],
  ['with an empty list of critical headers', 'token_critical_header', () => swapHeader({ crit: [] })],
  ['without a key id', 'token_malformed', () => issuer.token({}, { kid: undefined })],
  ['whose key id is a path', 'token_malformed', () => issuer.token({}, { kid: '../../dev/null' })],
  ['whose key id is a query', 'token_malformed', () => issuer.token({}, { kid: "' OR 1=1 --" })],
  ['whose key id is a list', 'token_malformed', async () => swapHeader({ kid: [await kid()] })],
  ['whose key id is very long', 'token_malformed', () => swapHeader({ kid: 'k'.repeat(65) })],
  ['whose key id is an object property', 'token_unknown_key', () => issuer.token({}, { kid: '__proto__' })],
  ['of a key that is not published', 'token_unknown_key', async () => issuer.token({}, {}, await issuer.key(1))],
  [
    'that carries its own key and names where to fetch one',
    'token_signature',
    async () => {
      const { publicJwk: jwk } = await issuer.key(1)
      const own = { jwk, jku: 'http://127.0.0.1:1/jwks.json', x5u: 'http://127.0.0.1:1/', x5c: ['AAAA'] }
      return issuer.token({}, { ...own, kid: await kid() }, await issuer.key(1))
    },
  ],
  ['signed by another key', 'token_signature', async () => issuer.token({}, { kid: await kid() }, await issuer.key(1))],
  ['with another signature', 'token_signature', async () => withPart(await issuer.token(), 2, 'AAAA')],
  ['with other claims', 'token_signature', async () => withPart(await issuer.token(), 1, encode({ sub: 'root' }))],
  ['of another issuer', 'token_issuer', () => issuer.token({ iss: 'https://elsewhere.example' })],
  ['without an issuer', 'token_issuer', () => issuer.token({ iss: undefined })],
  ['for another audience', 'token_audience', () => issuer.token({ aud: 'others' })],
  ['for a list of other audiences', 'token_audience', () => issuer.token({ aud: ['others', 'gatehouse2'] })],
  ['for nobody', 'token_audience', () => issuer.token({ aud: [] })],
  ['without an audience', 'token_audience', () => issuer.token({ aud: undefined })],
  ['that has expired', 'token_expired', () => issuer.token({ iat: inSeconds(-100), exp: inSeconds(-31) })],
  ['that is not valid yet', 'token_not_yet_valid', () => issuer.token({ nbf: inSeconds(60) })],
  ['issued in the future', 'token_not_yet_valid', () => issuer.token({ iat: inSeconds(60) })],
  ['without exp', 'token_claims', () => issuer.token({ exp: undefined })],
  ['whose exp is text', 'token_malformed', () => issuer.token({ exp: '9999999999' })],
  ['whose exp is a fraction', 'token_claims', () => issuer.token({ exp: inSeconds(60) + 0.5 })],
  ['whose exp is huge', 'token_claims', () => issuer.token({ exp: 1e300 })],
  ['without iat', 'token_claims', () => issuer.token({ iat: undefined })],
  ['whose lifetime is too long', 'token_lifetime', () => issuer.token({ exp: inSeconds(31 * 86_400) })],
  ['that expires before it was issued', 'token_lifetime', () => issuer.token({ iat: inSeconds(3), exp: inSeconds(2) })],
  ['without sub', 'token_claims', () => issuer.token({ sub: undefined })],
  ['whose sub is not an id', 'token_claims', () => issuer.token({ sub: 'admin' })],
  ['without jti', 'token_claims', () => issuer.token({ jti: undefined })],
  ['without sid', 'token_claims', () => issuer.token({ sid: undefined })],
  ['whose sid is not an id', 'token_claims', () => issuer.token({ sid: { $ne: null } })],
  ['whose roles are text', 'token_claims', () => issuer.token({ roles: 'admin' })],
  ['with a malformed role', 'token_claims', () => issuer.token({ roles: ['a\r\nX-Auth-Roles: admin'] })],
  ['without ver', 'token_claims', () => issuer.token({ ver: undefined })],
]

/** A valid token with another header. Its signature no longer fits, and must not even be checked. */
const swapHeader = async (more: object) =>
  withPart(await issuer.token(), 0, encode({ alg: 'RS256', typ: 'at+jwt', kid: await kid(), ...more }))

describe('verifying a token', () => {
  it.each(refused)('refuses a token %s: %s', async (_what, code, make) => {
    const outcome = await verify(await make()).catch((error: unknown) => error)
    expect(outcome).toBeInstanceOf(TokenError)
    expect(outcome).toMatchObject({ code })
  })

  it('accepts a valid token, also with further audiences and slightly different clocks', async () => {
    expect(await verify(await issuer.token({ preferred_username: 'zoë' }))).toMatchObject({ preferred_username: 'zoë' })
    expect(await verify(await issuer.token({ aud: ['others', 'gatehouse'] }))).toMatchObject({ ver: 1 })
    const skewed = await issuer.token({ iat: inSeconds(3), nbf: inSeconds(3) })
    expect(await verify(skewed)).toMatchObject({ ver: 1 })
  })

  it('accepts the long name of its type, and a lifetime of thirty days', async () => {
    expect(await verify(await issuer.token({}, { typ: 'application/at+jwt' }))).toMatchObject({ ver: 1 })
    const iat = inSeconds(0)
    expect(await verify(await issuer.token({ iat, exp: iat + 30 * 86_400 }))).toMatchObject({ ver: 1 })
  })

  it('accepts no token when the clock differs by more than the configured leeway', async () => {
    const exact = createTokenVerifier({ issuer: issuer.issuer, audience: 'gatehouse', keys, leewaySeconds: 0 })
    const over = await issuer.token({ iat: inSeconds(-10), exp: inSeconds(-2) })
    await expect(exact.verify(over)).rejects.toMatchObject({ name: 'TokenError', code: 'token_expired' })
    const lax = createTokenVerifier({ issuer: issuer.issuer, audience: 'gatehouse', keys, leewaySeconds: 30 })
    expect(await lax.verify(over)).toMatchObject({ ver: 1 })
  })

  it('cannot verify while there are no keys', async () => {
    const none = { find: () => undefined, findAfterFetch: () => Promise.reject(new CannotVerifyError('none')) }
    const early = createTokenVerifier({ issuer: issuer.issuer, audience: 'gatehouse', keys: none })
    await expect(early.verify(await issuer.token())).rejects.toBeInstanceOf(CannotVerifyError)
    await expect(early.verify('garbage'), 'a malformed token is invalid with any keys').rejects.toBeInstanceOf(
      TokenError,
    )
  })

  it.each([
    ['an empty issuer', { issuer: '' }],
    ['a blank audience', { audience: ' ' }],
    ['no issuer', { issuer: undefined as never }],
    ['no audience', { audience: undefined as never }],
    ['a leeway above 30 s', { leewaySeconds: 31 }],
    ['a negative leeway', { leewaySeconds: -1 }],
    ['a leeway that is no number', { leewaySeconds: Number.NaN }],
    ['a lifetime that is no number', { maxLifetimeSeconds: Number.NaN }],
  ])('does not start with %s', (_what, options) => {
    expect(() => createTokenVerifier({ issuer: 'i', audience: 'a', keys, ...options })).toThrow()
  })

  /** Verification must reject with a TokenError. */
  const refusesAll = async (token: string) => {
    const outcome = await verify(token).catch((error: unknown) => error)
    expect(outcome).toBeInstanceOf(TokenError)
  }

  it('refuses arbitrary claims and headers with a TokenError', async () => {
    const member = fc.oneof(
      fc.constantFrom('alg', 'typ', 'kid', 'crit', 'exp', 'iat', 'nbf', 'aud', 'iss'),
      fc.string(),
    )
    const anything = fc.dictionary(member, fc.jsonValue())
    const part = fc.oneof(anything.map(encode), fc.base64String(), fc.string(), fc.constant(''))
    const valid = await issuer.token()
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(0, 1, 2), part, async (at, other) => {
        if (valid.split('.')[at] !== other) await refusesAll(withPart(valid, at as 0 | 1 | 2, other))
      }),
      { numRuns: 3_000 },
    )
  })

  it('refuses validly signed claims of any other shape', async () => {
    const name = fc.constantFrom('sub', 'sid', 'jti', 'exp', 'iat', 'roles', 'ver', 'preferred_username', 'client_id')
    await fc.assert(
      fc.asyncProperty(name, fc.jsonValue({ maxDepth: 2 }), async (claim, value) => {
        const token = await issuer.token({ [claim]: value })
        const outcome = await verify(token).catch((error: unknown) => error)
        // Some generated values are valid, such as a short text for a name.
        if (outcome instanceof TokenError) return
        expect(outcome).toMatchObject({ [claim]: value, iss: issuer.issuer })
      }),
      { numRuns: 300 },
    )
  })

  it('refuses a valid token with any one character changed', async () => {
    const valid = await issuer.token()
    // The last character of a part has bits that are not part of its bytes.
    const ends = new Set(valid.split('.').map((_part, at, all) => all.slice(0, at + 1).join('.').length - 1))
    const places = fc.nat(valid.length - 1).filter((at) => !ends.has(at) && valid[at] !== '.')
    const characters = fc.constantFrom(...'ABCDEFGHabcdefgh0123456789-_.= ')
    await fc.assert(
      fc.asyncProperty(places, characters, async (at, character) => {
        if (valid[at] !== character) await refusesAll(valid.slice(0, at) + character + valid.slice(at + 1))
      }),
      { numRuns: 1_000 },
    )
  })
})
