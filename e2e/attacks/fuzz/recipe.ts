import type { Chance } from './chance.ts'
import { craft } from './craft.ts'
import { audience, issuer, type Key, type World } from './world.ts'

export type Members = Record<string, unknown>
/** `seen`: tokens that were let in, the last ones. */
export type Needs = { world: World; chance: Chance; seen: string[] }

export const json = JSON.stringify
export const headerOf = ({ kid }: Pick<Key, 'kid'>, more: Members = {}) =>
  json({ alg: 'RS256', typ: 'at+jwt', kid, ...more })

export const claimsOf = ({ world, chance }: Needs, more: Members = {}) => {
  const iat = world.now() - chance.below(60)
  return {
    iss: issuer,
    sub: chance.uuid(),
    aud: audience,
    exp: world.now() + chance.pick(20, 300, 3_600, 28_800),
    iat,
    jti: chance.uuid(),
    sid: chance.uuid(),
    client_id: 'gatehouse',
    preferred_username: chance.pick('ada', 'zoë', 'a.b@c'),
    roles: chance.pick<string[]>([], ['ops'], ['admin', 'ops']),
    ver: 1 + chance.below(9),
    ...more,
  }
}
const oddValues = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  '',
  ' ',
  'x',
  [],
  {},
  [null],
  ['admin'],
  { a: 1 },
  '__proto__',
  2 ** 53,
  1e300,
]
/** What no claim should be. */
export const odd = ({ chance }: Needs) => chance.oneOf(oddValues)
export const good = (it: Needs, claims: Members = {}, header: Members = {}) => {
  const key = it.world.key()
  return craft(headerOf(key, header), json(claimsOf(it, claims)), key)
}
/** One that was let in before, if there is one. */
export const old = (it: Needs) => it.seen[it.chance.below(it.seen.length)] ?? good(it)
export const cut = (token: string) => token.split('.') as [string, string, string]

export type Generate = (it: Needs) => string
