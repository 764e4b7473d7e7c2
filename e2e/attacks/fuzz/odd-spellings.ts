import { base64url } from './craft.ts'
import { claimsOf, cut, type Generate, good, json, old } from './recipe.ts'

/** Tokens that were good once, or would be, written otherwise. */
export const oddSpellings = {
  spelling: (it) => {
    const token = it.chance.oneIn(2) ? good(it) : old(it)
    const at = it.chance.below(token.length)
    const inside = it.chance.pick(' ', '\n', '\t', '=', '.', '\u0000', '\u00a0', '%2e', '')
    return it.chance.pick(
      ` ${token}`,
      `${token} `,
      `${token}\n`,
      `${token}=`,
      `${token}==`,
      `${token}.`,
      `.${token}`,
      `${token}.x`,
      token.replace('.', '..'),
      token.toLowerCase(),
      token.replaceAll('-', '+').replaceAll('_', '/'),
      `Bearer ${token}`,
      encodeURIComponent(token),
      `"${token}"`,
      token.slice(0, at) + inside + token.slice(at),
    )
  },
  bitFlip: (it) => {
    const bytes = Buffer.from(it.chance.oneIn(3) ? good(it) : old(it), 'latin1')
    for (let flips = 1 + it.chance.below(3); flips > 0; flips -= 1) {
      const at = it.chance.below(bytes.length)
      bytes[at] = (bytes[at] ?? 0) ^ (1 << it.chance.below(7))
    }
    return bytes.toString('latin1')
  },
  lastCharacter: (it) => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const [header, payload, mac] = cut(old(it))
    const other = (part = '') => part.slice(0, -1) + alphabet[it.chance.below(64)]
    return it.chance
      .pick([other(header), payload, mac], [header, other(payload), mac], [header, payload, other(mac)])
      .join('.')
  },
  splice: (it) => {
    const [one, other] = [cut(old(it)), cut(it.chance.oneIn(2) ? old(it) : good(it))]
    return it.chance
      .pick(
        [one[0], other[1], one[2]],
        [one[0], one[1], other[2]],
        [other[0], one[1], one[2]],
        [one[0], one[1]],
        [one[0], base64url(json(claimsOf(it))), one[2]],
      )
      .join('.')
  },
  signature: (it) => {
    const token = it.chance.oneIn(2) ? good(it) : old(it)
    const [header, payload, mac] = cut(token)
    const bytes = Buffer.from(mac ?? '', 'base64url')
    const modulus = Buffer.from(String(it.world.keys[0]?.publicJwk.n), 'base64url')
    const sum = Buffer.from(
      (BigInt(`0x${bytes.toString('hex') || '0'}`) + BigInt(`0x${modulus.toString('hex')}`))
        .toString(16)
        .padStart(514, '0'),
      'hex',
    )
    const forms = [
      Buffer.concat([Buffer.of(0), bytes]),
      Buffer.concat([bytes, Buffer.of(0)]),
      bytes.subarray(1),
      bytes.subarray(0, -1),
      Buffer.alloc(256),
      Buffer.alloc(256, 255),
      modulus,
      sum,
      Buffer.from(bytes).reverse(),
      Buffer.of(1),
      Buffer.alloc(0),
    ]
    return `${header}.${payload}.${base64url(it.chance.oneOf(forms) ?? bytes)}`
  },
  replay: (it) => old(it),
  sameBeginning: (it) => {
    // All but its end is as it was: as what a cache might know it by.
    const [header, payload, mac] = cut(old(it))
    const claims = Buffer.from(payload ?? '', 'base64url').toString()
    return it.chance.pick(
      `${header}.${base64url(claims.replace(/"ver":\d+/, '"ver":99'))}.${mac}`,
      `${header}.${base64url(claims.replace(/"roles":\[[^\]]*\]/, '"roles":["admin"]'))}.${mac}`,
      `${header}.${payload}.${mac?.slice(0, -20)}${base64url(it.chance.text(30)).slice(0, 20)}`,
    )
  },
} satisfies Record<string, Generate>
