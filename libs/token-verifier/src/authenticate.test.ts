import { type FakeIssuer, startFakeIssuer } from '@gatehouse/testkit'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAuthenticate } from './authenticate.ts'
import { type KeySet, startKeySet } from './keys/key-set.ts'
import { Refusal } from './refusal.ts'
import { type SessionToken, sessionTokenOf } from './sessions/check-session.ts'
import type { KnownUser } from './sessions/session-directory.ts'
import { createTokenVerifier } from './tokens/verify-token.ts'

let issuer: FakeIssuer
let keys: KeySet
let good: string
let expired: string
beforeAll(async () => {
  issuer = await startFakeIssuer()
  keys = startKeySet({ jwksUri: issuer.jwksUri })
  await keys.refresh()
  good = await issuer.token()
  const now = Math.floor(Date.now() / 1000)
  expired = await issuer.token({ iat: now - 200, exp: now - 100 })
})
afterAll(async () => {
  keys.stop()
  await issuer.close()
})

/** Every session counts, and each is its token's user's. */
const everySession = {
  fromMemory: (token: SessionToken) => ({ state: { id: token.sub }, isActive: true, answer: null }) as KnownUser,
  check: async (token: SessionToken) => everySession.fromMemory(token),
}
const start = () => {
  const { issuer: iss, audience } = issuer
  return createAuthenticate(createTokenVerifier({ issuer: iss, audience, keys }, sessionTokenOf), everySession)
}
const outcomeOf = async (answer: Promise<{ user: KnownUser }>) =>
  answer.then(
    ({ user }) => user.state.id,
    (error: unknown) => (error instanceof Refusal ? error.code : error),
  )

/** The first one half of the time. */
const mostly = (usual: string, ...others: string[]) => fc.oneof(fc.constant(usual), fc.constantFrom(...others))

/** A value of the header, put together of what parsers disagree on. */
const value = () =>
  fc
    .tuple(
      mostly('Bearer', 'bearer', 'BEARER', 'Basic', 'Bearer,', ''),
      mostly(' ', '', '  ', '\t', ' \t'),
      mostly(good, expired, `${good}=`, good.slice(1), `${good}.x`, `"${good}"`, `${good},${good}`, 'x', ''),
      mostly('', ' ', '   ', '\t', ', Bearer x', ' x', '\u00a0'),
    )
    .map((parts) => parts.join(''))

describe('the quick way and the full way', () => {
  it('say the same of every spelling of the header', async () => {
    const name = fc.constantFrom('authorization', 'Authorization', 'AUTHORIZATION', 'X-Other')
    const headers = fc
      .array(fc.tuple(name, value()), { minLength: 1, maxLength: 2 })
      .map((it) => ['Host', 'x', ...it.flat()])
    const seen = { yes: 0, no: 0 }
    await fc.assert(
      fc.asyncProperty(headers, async (rawHeaders) => {
        const { recognise, authenticate } = start()
        const quick = recognise({ rawHeaders })
        const full = await outcomeOf(authenticate({ rawHeaders }))
        // As a call that has no quick way, such as `/auth/verify?role=…`.
        const alone = await outcomeOf(start().authenticate({ rawHeaders: [...rawHeaders] }))
        expect(full).toBe(alone)
        if (quick) expect(full).toBe(quick.state.id)
        seen[quick ? 'yes' : 'no'] += 1
      }),
      { numRuns: 3_000 },
    )
    expect(Math.min(seen.yes, seen.no)).toBeGreaterThan(10)
  })

  it('let a token in whose blanks are more than one', async () => {
    for (const spelling of [`Bearer  ${good}`, `Bearer ${good} `, `bearer   ${good}`]) {
      const { recognise, authenticate } = start()
      const req = { rawHeaders: ['Authorization', spelling] }
      expect(recognise(req), 'left to the full way').toBeNull()
      await expect(authenticate(req), spelling).resolves.toBeDefined()
    }
  })
})
