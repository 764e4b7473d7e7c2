import { craft } from './craft.ts'
import { claimsOf, type Generate, good, headerOf, json, type Members, odd } from './recipe.ts'
import { audience, issuer } from './world.ts'

/** Claims of other shapes, truly signed. */
export const oddClaims = {
  times: (it) => {
    const now = it.world.now()
    const about = () => now + it.chance.pick(-1, 1) * it.chance.below(it.chance.pick(12, 90, 4_000_000))
    return good(
      it,
      it.chance.pick<Members>(
        { exp: about() },
        { iat: about() },
        { nbf: about() },
        { exp: about(), iat: about() },
        { iat: now, exp: now + 86_400 * (29 + it.chance.below(3)) },
        { nbf: odd(it) },
      ),
    )
  },
  audiences: (it) => {
    const shapes = [
      audience,
      [audience],
      ['others', audience],
      [audience, 1],
      [],
      '',
      'Gatehouse',
      `${audience} `,
      [[audience]],
      { 0: audience },
      null,
      undefined,
      ['others'],
      `${audience}2`,
      true,
    ]
    return good(it, { aud: it.chance.oneOf(shapes) })
  },
  issuers: (it) => {
    const shapes = [
      issuer,
      `${issuer}/`,
      issuer.toUpperCase(),
      [issuer],
      '',
      null,
      undefined,
      `${issuer}#x`,
      'https://issuer.example',
      { toString: issuer },
      issuer.slice(0, -1),
    ]
    return good(it, { iss: it.chance.oneOf(shapes) })
  },
  claims: (it) => {
    const name = it.chance.pick(
      'sub',
      'sid',
      'jti',
      'exp',
      'iat',
      'roles',
      'ver',
      'preferred_username',
      'client_id',
      'nbf',
    )
    return good(it, { [name]: it.chance.oneIn(3) ? undefined : odd(it) })
  },
  rawNumber: (it) => {
    const key = it.world.key()
    const name = it.chance.pick('exp', 'iat', 'nbf', 'ver')
    const now = it.world.now()
    const raw = it.chance.pick(
      '1e309',
      '-1e309',
      'NaN',
      'Infinity',
      '1e18',
      '-0',
      '0',
      '01',
      '0x10',
      '1E10',
      `${now}.5`,
      `${now + 100}.0`,
      `${now}e0`,
      '9007199254740993',
      '"1e10"',
      `-${now}`,
      '1_000',
      '',
    )
    return craft(headerOf(key), json(claimsOf(it, { [name]: 'RAW' })).replace('"RAW"', raw), key)
  },
  size: (it) => good(it, { client_id: 'x', padding: 'x'.repeat(5_000 + it.chance.below(1_000)) }),
} satisfies Record<string, Generate>
