import { craft, craftByHmac, type SignedAs } from './craft.ts'
import { claimsOf, type Generate, good, headerOf, json, type Members } from './recipe.ts'

/** Headers that say something else, or more, than ours. */
export const oddHeaders = {
  algorithm: (it) => {
    const as = it.chance.pick<SignedAs>('RS256', 'RS384', 'RS512', 'PS256', 'RSA-SHA1', 'none')
    const said = [as, as, 'RS256', 'rs256', 'RS256 ', 'NONE', 'none', 'ES256', 'HS256', ['RS256'], null, undefined, 0]
    const key = it.world.key()
    return craft(headerOf(key, { alg: it.chance.oneOf(said) }), json(claimsOf(it)), key, as)
  },
  type: (it) => {
    const types = [
      'at+jwt',
      'application/at+jwt',
      'AT+JWT',
      'JWT',
      'at+jwt ',
      'application/AT+JWT',
      '',
      null,
      undefined,
      ['at+jwt'],
      'dpop+jwt',
    ]
    return good(it, {}, { typ: it.chance.oneOf(types) })
  },
  critical: (it) => {
    const crit = [[], ['exp'], ['b64'], ['b64', 'exp'], 'exp', null, {}, ['alg'], ['x']][it.chance.below(9)]
    return good(it, {}, { crit, ...it.chance.pick<Members>({}, { b64: true }, { b64: false }, { exp: 1 }, { x: 1 }) })
  },
  unencoded: (it) => good(it, {}, { b64: it.chance.pick<unknown>(true, false, 'false', null) }),
  keyId: (it) => {
    const key = it.world.key()
    const kids = [
      ...it.world.keys.map((other) => other.kid),
      `${key.kid} `,
      '',
      '__proto__',
      'constructor',
      '../key',
      null,
      1,
      [key.kid],
      undefined,
      key.kid.toLowerCase(),
      'k'.repeat(65),
    ]
    return craft(headerOf(key, { kid: it.chance.oneOf(kids) }), json(claimsOf(it)), key)
  },
  ownKey: (it) => {
    const { attacker } = it.world
    const jwk = attacker.publicJwk
    const own = it.chance.pick<Members>(
      { jwk },
      { jku: 'https://evil.example/jwks.json' },
      { x5c: ['AAAA'] },
      { x5u: 'https://evil.example/' },
      { jwk, kid: attacker.kid },
    )
    return craft(headerOf(it.world.key(), own), json(claimsOf(it)), attacker)
  },
  hmac: (it) => {
    const { kid, publicPem, publicJwk } = it.world.key()
    const secret = it.chance.pick<string | Buffer>(
      publicPem,
      publicPem.trim(),
      json(publicJwk),
      String(publicJwk.n),
      Buffer.from(String(publicJwk.n), 'base64url'),
      '',
    )
    const [alg, digest] = it.chance.pick(['HS256', 'sha256'], ['HS512', 'sha512'], ['RS256', 'sha256']) as [
      string,
      string,
    ]
    return craftByHmac(headerOf({ kid }, { alg }), json(claimsOf(it)), secret, digest)
  },
} satisfies Record<string, Generate>
