import { type Invariant, invariants } from './history/check-history.ts'
import type { RowResult } from './row.ts'

const rounded = (figure: number) => (Number.isInteger(figure) ? `${figure}` : figure.toFixed(0))
const figure = ([name, value]: [string, number]) => {
  const counted = /^(.*) \((?:count|sum)\)$/.exec(name)
  return counted ? `${counted[1]} ${rounded(value)}` : `${name} ${rounded(value)} ms`
}

/** One row, as it is told while the suite runs and in the table. */
export const describeRow = ({ figures, measured, violations, missed }: RowResult) => {
  const { described, refusals, lastLetInMs, reads, attempts, failedAttempts, redeliveries } = figures
  const worst = [
    ...Object.entries(measured).map(figure),
    `revoked to refused ${described} (${refusals})`,
    `last 200 begun ${rounded(lastLetInMs)} ms after`,
    `reads ${Object.entries(reads)
      .map((it) => it.join(': '))
      .join(', ')}`,
    `changes ${attempts}, failed and asked again ${failedAttempts}`,
    `redeliveries ${redeliveries}`,
  ]
  const broken = new Set(violations.map((it) => it.invariant))
  const held = Object.entries(invariants).filter(([it]) => !broken.has(it as keyof typeof invariants))
  const verdict =
    broken.size === 0
      ? 'all five hold'
      : `broken: ${[...broken].map((it) => invariants[it]).join(', ')}; ${held.length} hold`
  return { worst: worst.join('; '), verdict: [verdict, ...missed.map((it) => `missed: ${it}`)].join('; ') }
}

/** What is covered elsewhere, named here so that the table is whole. */
const elsewhere = [
  ['connection reset at each step of connecting and set-up', 'libs/events/test/hostile-peer.test.ts'],
  ['a queue of other arguments: a clear stop', 'libs/events/test/publisher.test.ts'],
]

const cells = (...texts: string[]) => `| ${texts.join(' | ')} |`

const table = (head: string[], lines: string[][]) =>
  [cells(...head), cells(...head.map(() => '---')), ...lines.map((it) => cells(...it))].join('\n')

export type PlantedResult = { plant: string; found: Invariant[]; asItIs: Invariant[] }

const named = (found: Invariant[]) => found.map((it) => `not: ${invariants[it]}`).join(', ') || 'all hold'

/** The whole of a run, as Markdown. */
export const report = (results: RowResult[], planted: PlantedResult[], seed: number) => {
  const lines = results.map((it) => {
    const { worst, verdict } = describeRow(it)
    return [it.row.name, String(it.row.runs), String(seed), worst, verdict]
  })
  return [
    table(
      ['fault', 'runs', 'seed', 'worst figures', 'invariants'],
      [...lines, ...elsewhere.map(([fault = '', file]) => [fault, '', '', `see ${file}`, ''])],
    ),
    table(
      ['planted in the session directory', 'where it is planted', 'where it is not'],
      planted.map(({ plant, found, asItIs }) => [plant, named(found), named(asItIs)]),
    ),
    '',
  ].join('\n\n')
}
