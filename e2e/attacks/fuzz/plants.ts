import type { Plant } from '../../support/planted.ts'

const file = 'libs/token-verifier/src/tokens/verify-token.ts'
const cache = 'libs/token-verifier/src/tokens/verified-tokens.ts'

/** Mistakes of the verifier that the fuzz has to find. */
export const plants = {
  'any algorithm of the family': {
    file,
    replace: [
      ["if (header.alg !== 'RS256')", 'if (false)'],
      ["algorithms: ['RS256']", "algorithms: ['RS256', 'RS384', 'RS512', 'PS256']"],
    ],
  },
  'critical headers ignored': { file, replace: [["if ('crit' in header)", 'if (false)']] },
  'any type': {
    file,
    replace: [["if (header.typ !== 'at+jwt' && header.typ !== 'application/at+jwt')", 'if (false)']],
  },
  'a header known by its beginning': {
    file,
    replace: [['token.startsWith(last.start)', 'token.startsWith(last.start.slice(0, 16))']],
  },
  'no signature': { file, replace: [['return jwt.verify(token, key, expected)', 'return jwt.decode(token)']] },
  'any issuer': { file, replace: [["algorithms: ['RS256'], issuer, audience", "algorithms: ['RS256'], audience"]] },
  'any audience': { file, replace: [["algorithms: ['RS256'], issuer, audience", "algorithms: ['RS256'], issuer"]] },
  'claims of any shape': { file, replace: [['if (!isAccessTokenClaims(claims))', 'if (false)']] },
  'tokens that live for ever': { file, replace: [['exp - iat > maxLifetimeSeconds || ', '']] },
  'issued in the future': { file, replace: [['if (iat > Date.now() / 1000 + leewaySeconds)', 'if (false)']] },
  'remembered by the beginning': { file: cache, replace: [["hash('sha256', token, 'binary')", 'token.slice(0, 400)']] },
  'remembered without its signature': {
    file: cache,
    replace: [["hash('sha256', token, 'binary')", "hash('sha256', token.slice(0, token.lastIndexOf('.')), 'binary')"]],
  },
  'a remembered token does not expire': {
    file: cache,
    replace: [['known.exp + leewaySeconds > Date.now() / 1000 ? known.claims : undefined', 'known.claims']],
  },
  'a remembered token outlives its key': {
    file: cache,
    replace: [[' || keys.find(known.kid) !== known.key', '']],
  },
} satisfies Record<string, Plant>
