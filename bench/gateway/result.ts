import { against, table } from '../harness/report.ts'
import { type Case, type Contestant, contestants } from './cases.ts'
import type { Rounds } from './rounds.ts'

export type Row = { name: string; perSecond: number; p50: number; p99: number; cpuMicros: number; ratio: string }
export type CaseResult = { title: string; rows: Row[] }

export const rowOf = (rounds: Rounds, key: string, name: string, ratio: string): Row => {
  const of = (what: 'perSecond' | 'p50' | 'p99' | 'cpuMicros') => rounds.of(key, what)
  return { name, perSecond: of('perSecond'), p50: of('p50'), p99: of('p99'), cpuMicros: of('cpuMicros'), ratio }
}

/** A ratio, with its aim if there is one. */
export const withAim = (ratio: number, least?: number) =>
  least === undefined ? ratio.toFixed(2) : against(`${ratio.toFixed(2)} >= ${least}`, ratio >= least)

export const resultOf = ({ title, aims }: Case, rounds: Rounds): CaseResult => {
  const rows = (Object.keys(contestants) as Contestant[]).map((key) =>
    rowOf(rounds, key, contestants[key], key === 'gateway' ? '' : withAim(rounds.ratio('gateway', key), aims[key])),
  )
  return { title, rows }
}

/** @param ratio heading of the last column */
export const caseTable = ({ title, rows }: CaseResult, ratio = 'gateway / this one') =>
  `## ${title}

${table(
  ['', 'requests/s', 'p50 ms', 'p99 ms', 'CPU µs a request', ratio],
  rows.map((it) => [it.name, it.perSecond, it.p50, it.p99, it.cpuMicros, it.ratio]),
)}`
