import { createHash } from 'node:crypto'

/** The same `count` of them for the same seed, in the same order: each is put where its digest says. */
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
