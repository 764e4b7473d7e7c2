import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FakeIssuer } from '@gatehouse/testkit'
import { say } from '../harness/say.ts'
import { claimsOf } from './people.ts'

export const warmPeople = 200

type Wanted = { people: number; neverSeen: number }

/** A token whose signature has one wrong character in the middle. */
const withBrokenSignature = (token: string) => {
  const at = token.length - 100
  return token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1)
}

/** Signs all tokens of a run in advance, about a millisecond of a core each, into files with one token per line. */
export const makeTokens = async (issuer: FakeIssuer, { people, neverSeen }: Wanted) => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-bench-tokens-'))
  /** The nth token belongs to `personOf(n)`; all tokens differ. */
  const sign = async (count: number, personOf: (nth: number) => number) => {
    const tokens: string[] = []
    // In batches, because signing uses Node's thread pool.
    while (tokens.length < count) {
      const bundle = Array.from({ length: Math.min(500, count - tokens.length) }, (_, at) => tokens.length + at)
      tokens.push(...(await Promise.all(bundle.map((nth) => issuer.token(claimsOf(personOf(nth)))))))
      if (tokens.length % 20_000 === 0) say(`  ${tokens.length.toLocaleString('en')} tokens`)
    }
    return tokens
  }
  const write = (name: string, tokens: string[]) => {
    const file = join(folder, name)
    writeFileSync(file, tokens.join('\n'))
    return file
  }
  const ofPeople = await sign(people, (nth) => nth + 1)
  const more = await sign(neverSeen, (nth) => (nth % warmPeople) + 1)
  return {
    /** One per person; the first are the warm ones. */
    ofPeople: { file: write('people', ofPeople), count: people },
    /** Further tokens of the warm people, for one use each. */
    neverSeen: { file: write('never-seen', more), count: neverSeen },
    bad: { file: write('bad', more.map(withBrokenSignature)), count: neverSeen },
    samples: { good: ofPeople[0] as string, bad: withBrokenSignature(ofPeople[0] as string) },
    remove: () => rmSync(folder, { recursive: true }),
  }
}
export type Tokens = Awaited<ReturnType<typeof makeTokens>>
