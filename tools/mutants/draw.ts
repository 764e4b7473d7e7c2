import { createHash } from 'node:crypto'

/** Draws `count` items, the same for the same seed, in the order of their digests. */
export const draw = <T>(all: T[], seed: number, count: number, nameOf: (it: T) => string): T[] =>
  all
    .map((it) => ({
      it,
      rank: createHash('sha256')
        .update(`${seed} ${nameOf(it)}`)
        .digest('hex'),
    }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .slice(0, count)
    .map(({ it }) => it)
