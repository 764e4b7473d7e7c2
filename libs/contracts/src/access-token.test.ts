import fc from 'fast-check'
import { expect, it } from 'vitest'
import { accessTokenClaims, isAccessTokenClaims } from './access-token.ts'

const valid = {
  iss: 'https://example.com/api',
  sub: '0b0d1d0e-6f0c-4a4e-8f9b-7f4a1d2c3b4a',
  aud: 'gatehouse',
  exp: 1_900_000_000,
  iat: 1_800_000_000,
  jti: 'j',
  sid: '0199d3a4-6f0c-7a4e-8f9b-7f4a1d2c3b4a',
  client_id: '',
  preferred_username: 'ada',
  roles: ['reader'],
  ver: 1,
}

const numbers = fc.constantFrom(0, -0, -1, 1, 1.5, 2 ** 53 - 1, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY)
const texts = fc.oneof(
  fc.constantFrom(
    '',
    valid.sub,
    valid.sub.toUpperCase(),
    valid.sub.replace('4a4e', '9a4e'),
    ` ${valid.sub}`,
    `${valid.sub}\n`,
  ),
  fc.constantFrom('00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 'reader', 'Reader'),
  fc.constantFrom(0, 64, 65, 128, 129, 150, 151).map((length) => 'r'.repeat(length)),
  fc.string({ unit: 'grapheme', maxLength: 160 }),
)
const one = fc.oneof(numbers, texts, fc.constantFrom(null, undefined, true, {}, [], new Map()))
const member = fc.oneof(one, fc.array(texts, { maxLength: 3 }), fc.array(one, { maxLength: 3 }))
const claims = fc
  .tuple(
    fc.subarray(Object.keys(valid), { maxLength: 3 }),
    fc.array(member, { minLength: 3, maxLength: 3 }),
    fc.boolean(),
  )
  .map(([names, values, isWithMore]) => ({
    ...valid,
    ...Object.fromEntries(names.map((name, at) => [name, values[at]])),
    ...(isWithMore && { more: 1 }),
  }))

it('accepts exactly the claims that the schema accepts', () => {
  const verdicts = { valid: 0, invalid: 0 }
  fc.assert(
    fc.property(fc.oneof({ weight: 9, arbitrary: claims }, { weight: 1, arbitrary: member }), (value) => {
      const { success } = accessTokenClaims.safeParse(value)
      verdicts[success ? 'valid' : 'invalid'] += 1
      expect(isAccessTokenClaims(value)).toBe(success)
    }),
    { numRuns: 20_000 },
  )
  expect(verdicts.valid, 'enough of them are valid').toBeGreaterThan(2_000)
  expect(verdicts.invalid).toBeGreaterThan(2_000)
})

it.each(Object.keys(valid))('requires %s', (name) => {
  expect(isAccessTokenClaims({ ...valid, [name]: undefined })).toBe(false)
})
