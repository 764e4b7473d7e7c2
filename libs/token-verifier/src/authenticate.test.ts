import { type FakeIssuer, startFakeIssuer } from '@gatehouse/testkit'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Authenticate, createAuthenticate, createReadClaims } from './authenticate.ts'
import { type KeySet, startKeySet } from './keys/key-set.ts'
import { Refusal } from './refusal.ts'
import type { SessionUser } from './sessions/session-directory.ts'
import { CannotVerifyError } from './token-error.ts'
import { createVerify } from './tokens/verify-token.ts'

let issuer: FakeIssuer
let keys: KeySet
let valid: string
let expired: string
beforeAll(async () => {
  issuer = await startFakeIssuer()
  keys = startKeySet({ jwksUri: issuer.jwksUri })
  await keys.refresh()
  valid = await issuer.token()
  const now = Math.floor(Date.now() / 1000)
  expired = await issuer.token({ iat: now - 200, exp: now - 100 })
})
afterAll(async () => {
  keys.stop()
  await issuer.close()
})

/** Every session is active and belongs to the user of its token. */
const everySession = ({ sub }: { sub: string }) => ({ id: sub }) as SessionUser
const verifyBy = (by: Parameters<typeof createVerify>[0]['keys']) =>
  createVerify({ issuer: issuer.issuer, audience: issuer.audience, keys: by }, ({ sub, sid }) => ({ sub, sid }))

const outcomeOf = async (authenticate: Authenticate, rawHeaders: string[]) => {
  try {
    return (await authenticate({ rawHeaders })).user.id
  } catch (error) {
    return error instanceof Refusal ? error.code : error
  }
}

/** The first value half of the time. */
const mostly = (usual: string, ...others: string[]) => fc.oneof(fc.constant(usual), fc.constantFrom(...others))

/** A header value made of parts on which parsers disagree. */
const value = () =>
  fc
    .tuple(
      mostly('Bearer', 'bearer', 'BEARER', 'Basic', 'Bearer,', ''),
      mostly(' ', '', '  ', '\t', ' \t'),
      mostly(
        valid,
        expired,
        `${valid}=`,
        valid.slice(1),
        `${valid}.x`,
        `"${valid}"`,
        `${valid},${valid}`,
        'x',
        '.x',
        '',
      ),
      mostly('', ' ', '   ', '\t', ', Bearer x', ' x', '\u00a0'),
    )
    .map((parts) => parts.join(''))

/** The expected outcome by RFC 6750 §2.1 and RFC 9110 §11.1. */
const expectedOf = (headers: [string, string][], id: string) => {
  const values = headers.filter(([name]) => name.toLowerCase() === 'authorization').map(([, it]) => it)
  if (values.length > 1) return 'invalid_request'
  const [only] = values
  if (only === undefined || !/^bearer\b/i.test(only)) return 'token_missing'
  const token = /^bearer +([A-Za-z0-9._~+/-]+=*) *$/i.exec(only)?.[1]
  if (token === undefined) return 'invalid_request'
  return token === valid ? id : 'invalid_token'
}

describe('authenticating a request', () => {
  it('reads every spelling of the header as RFC 6750 says, also for a remembered token', async () => {
    const id = (await verifyBy(keys)(valid)).sub
    const name = fc.constantFrom('authorization', 'Authorization', 'AUTHORIZATION', 'X-Other')
    const headers = fc.array(fc.tuple(name, value()), { minLength: 1, maxLength: 2 })
    // Remembers the valid token from its second use on.
    const authenticate = createAuthenticate(createReadClaims({ verify: verifyBy(keys) }), everySession)
    const seen = { yes: 0, no: 0 }
    await fc.assert(
      fc.asyncProperty(headers, async (given) => {
        const rawHeaders = ['Host', 'x', ...given.flat()]
        const expected = expectedOf(given, id)
        expect(await outcomeOf(authenticate, rawHeaders)).toBe(expected)
        const anew = createAuthenticate(createReadClaims({ verify: verifyBy(keys) }), everySession)
        expect(await outcomeOf(anew, rawHeaders), 'without memory').toBe(expected)
        seen[expected === id ? 'yes' : 'no'] += 1
      }),
      { numRuns: 3_000 },
    )
    expect(Math.min(seen.yes, seen.no)).toBeGreaterThan(10)
  })

  it('is synchronous unless something has to be looked up', async () => {
    const claims = createReadClaims({ verify: verifyBy(keys) })
    const req = { rawHeaders: ['Authorization', `Bearer ${valid}`] }
    expect(createAuthenticate(claims, everySession)(req)).not.toBeInstanceOf(Promise)
    const asking = createAuthenticate(claims, async (ref) => everySession(ref))
    expect(asking(req)).toBeInstanceOf(Promise)
    expect(await asking(req)).toMatchObject({ user: { id: expect.any(String) } })
    const ended = createAuthenticate(claims, async () => null)
    expect(await outcomeOf(ended, req.rawHeaders)).toBe('session_ended')
  })

  it('answers cannot_verify only for a well-formed token while there are no keys', async () => {
    const none = { find: () => undefined, findAfterFetch: () => Promise.reject(new CannotVerifyError('none')) }
    const authenticate = createAuthenticate(createReadClaims({ verify: verifyBy(none) }), everySession)
    const of = (text: string) => outcomeOf(authenticate, ['Authorization', text])
    expect(await of(`Bearer ${valid}`)).toBe('cannot_verify')
    expect(await of(`Bearer ${valid} x`)).toBe('invalid_request')
    expect(await of('Bearer x')).toBe('invalid_token')
    expect(await of('Basic eDp5')).toBe('token_missing')
  })

  it('passes other errors on', async () => {
    const bug = new Error('broken')
    const now = () => {
      throw bug
    }
    for (const verify of [now, () => Promise.reject(bug)]) {
      const authenticate = createAuthenticate(createReadClaims({ verify }), everySession)
      expect(await outcomeOf(authenticate, ['Authorization', `Bearer ${valid}`])).toBe(bug)
    }
  })

  it('accepts another kind of credential that leads to a session', async () => {
    const session = { sid: crypto.randomUUID(), sub: crypto.randomUUID() }
    const authenticate = createAuthenticate(async () => session, everySession)
    expect(await authenticate({ rawHeaders: [] })).toEqual({ claims: session, user: { id: session.sub } })
  })
})
