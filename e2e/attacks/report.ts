import type { Attack, Outcome } from './attack.ts'

export type Results = Record<'shipped' | 'weak', Map<Attack, Outcome>>

const row = (...cells: string[]) => `| ${cells.map((it) => it.replaceAll('|', '\\|')).join(' | ')} |`

const told = (outcome: Outcome | undefined, wanted: 'held' | 'succeeded') => {
  if (outcome === undefined) return '**no verdict**'
  const result = outcome.succeeded ? 'succeeded' : 'held'
  return `${result === wanted ? result : `**${result}**`}: ${outcome.figures}`
}

/** The whole of a run, as Markdown. */
export const report = (attacks: Attack[], { shipped, weak }: Results) =>
  [
    row('finding', 'attack', 'on what ships', 'with the old weakness put back'),
    row('---', '---', '---', '---'),
    ...attacks.map((it) => row(it.finding, it.title, told(shipped.get(it), 'held'), told(weak.get(it), 'succeeded'))),
    '',
  ].join('\n')
