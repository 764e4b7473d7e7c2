import { craft } from './craft.ts'
import { claimsOf, type Generate, headerOf, json, type Needs } from './recipe.ts'

/** The text of an object with one member more, also one that is there already, before or behind the others. */
export const withMember = ({ chance }: Needs, text: string, member: string) =>
  chance.oneIn(2) ? `{${member},${text.slice(1)}` : `${text.slice(0, -1)},${member}}`
/** JSON that parsers read differently, truly signed. */
export const oddTexts = {
  twice: (it) => {
    const key = it.world.key()
    const inHeader = it.chance.pick(
      '"alg":"none"',
      '"alg":"RS256"',
      '"typ":"JWT"',
      '"kid":"x"',
      '"crit":["x"]',
      '"__proto__":{"alg":"none"}',
    )
    const inClaims = it.chance.pick(
      '"exp":1',
      '"exp":9999999999',
      '"aud":"others"',
      '"iss":"x"',
      '"sub":null',
      '"roles":["admin"]',
      '"__proto__":{"exp":1}',
      '"\\u0065xp":1',
    )
    const [header, claims] = [headerOf(key), json(claimsOf(it))]
    const either = it.chance.oneIn(2)
    return craft(
      either ? withMember(it, header, inHeader) : header,
      either ? claims : withMember(it, claims, inClaims),
      key,
    )
  },
  text: (it) => {
    const key = it.world.key()
    const wild = (text: string) =>
      it.chance.pick(
        `\ufeff${text}`,
        ` ${text}\n`,
        `${text}x`,
        `[${text}]`,
        'null',
        '"x"',
        '1',
        '',
        text.replace('"', "'"),
        text.replaceAll('"exp"', '"\\u0065xp"'),
        `${text}\u0000`,
      )
    const [header, claims] = [headerOf(key), json(claimsOf(it))]
    return it.chance.oneIn(2) ? craft(wild(header), claims, key) : craft(header, wild(claims), key)
  },
} satisfies Record<string, Generate>
