import type { Attack, Outcome } from './attack.ts'

export type Results = Record<'shipped' | 'weak', Map<Attack, Outcome>>

const row = (...cells: string[]) => `| ${cells.map((it) => it.replaceAll('|', '\\|')).join(' | ')} |`

const told = (outcome: Outcome | undefined, wanted: 'held' | 'succeeded') => {
  if (outcome === undefined) return '**no verdict**'
  const result = outcome.succeeded ? 'succeeded' : 'held'
  return `${result === wanted ? result : `**${result}**`}: ${outcome.figures}`
}

/** What a running stack does not show, named here so that the table is whole. */
const elsewhere = [
  ['M2', 'a package is replaced in the registry, a proxy or a cache', 'tools/supply-chain/tampered-package.test.ts'],
  ['M5', 'a service that was taken over carries off what it knows', 'e2e/operations/networks.test.ts'],
  [
    'L5',
    'a verifier cannot fetch the key set, and keeps trusting a withdrawn key',
    'libs/token-verifier/src/keys/key-set.test.ts',
  ],
  ['', 'a token is altered until two parsers read it differently (20,000 cases)', 'e2e/attacks/fuzz'],
] as const

/** The whole of a run, as Markdown. */
export const report = (attacks: Attack[], { shipped, weak }: Results) =>
  [
    row('finding', 'attack', 'on the stack that ships', 'on the weak stack'),
    row('---', '---', '---', '---'),
    ...attacks.map((it) => row(it.finding, it.title, told(shipped.get(it), 'held'), told(weak.get(it), 'succeeded'))),
    ...elsewhere.map(([finding, attack, file]) => row(finding, attack, `see ${file}`, 'see there')),
    '',
  ].join('\n')

/** The page that docs/security keeps of it. */
export const asDocument = (text: string) => `# Attacks

Made by \`ATTACKS_RESULT=docs/security/attacks.md ./gatehouse test attacks\`, which tries each attack on the stack that ships and on a weak one,
with the weaknesses of 0.1.0 put back ([decision 0016](../decisions/0016-attacks.md)). The letter of a finding is its severity: critical, high,
medium, low.

${text}`
