import { openRandom } from '../../support/random.ts'

/** What a fuzz draws, the same for the same seed. */
export const openChance = (seed: number) => {
  const random = openRandom(seed)
  const below = (limit: number) => Math.floor(random() * limit)
  const pick = <One>(...from: [One, ...One[]]): One => from[below(from.length)] as One
  const hex = (length: number) => Array.from({ length }, () => below(16).toString(16)).join('')
  return {
    below,
    pick,
    oneOf: <One>(list: readonly One[]): One => list[below(list.length)] as One,
    oneIn: (times: number) => below(times) === 0,
    uuid: () => `${hex(8)}-${hex(4)}-7${hex(3)}-a${hex(3)}-${hex(12)}`,
    text: (length: number) => String.fromCodePoint(...Array.from({ length }, () => 0x20 + below(0x2ff))),
  }
}
export type Chance = ReturnType<typeof openChance>
