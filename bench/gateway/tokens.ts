import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FakeIssuer } from '@gatehouse/testkit'
import { say } from '../harness/say.ts'
import { claimsOf } from './people.ts'

export const warmPeople = 200

type Wanted = { people: number; neverSeen: number }

/** As bad as a token can be: all is genuine but for one character in the middle of the signature. */
const withBrokenSignature = (token: string) => {
  const at = token.length - 100
  return token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1)
}

/** Signs all tokens of a run beforehand, about a millisecond of a core each, and keeps them in files, one a line. */
export const makeTokens = async (issuer: FakeIssuer, { people, neverSeen }: Wanted) => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-bench-tokens-'))
  /** The nth is a token of whom `personOf` says; no two are the same. */
  const sign = async (count: number, personOf: (nth: number) => number) => {
    const tokens: string[] = []
    // In bundles: signing happens in the threads of Node, as many at once as it has.
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
    /** One of each person, the first of whom are the warm ones. */
    ofPeople: { file: write('people', ofPeople), count: people },
    /** More tokens of the warm people, to be used once. */
    neverSeen: { file: write('never-seen', more), count: neverSeen },
    bad: { file: write('bad', more.map(withBrokenSignature)), count: neverSeen },
    samples: { good: ofPeople[0] as string, bad: withBrokenSignature(ofPeople[0] as string) },
    remove: () => rmSync(folder, { recursive: true }),
  }
}
export type Tokens = Awaited<ReturnType<typeof makeTokens>>
