import type { Environment } from './environment.ts'
import type { Violation } from './history/check-history.ts'
import type { Figures } from './history/figures.ts'

/** Figures by name; ms unless the name says otherwise. */
export type Measured = Record<string, number>

export type Check = (figures: Figures) => string[]

/** One line of the table: a fault, and what must be seen under it besides the five invariants. */
export type Row = {
  name: string
  /** How often the fault is caused. */
  runs: number
  /** Causes it, under the load, and sees it end. */
  fault: (environment: Environment) => Promise<Measured>
  /** The most that a figure of `fault` may be. */
  aims?: Measured
  /** What else the clients must have seen; one line for each thing that was not so. */
  check?: Check
  /** Before and after the load. */
  setUp?: (environment: Environment) => Promise<unknown>
  tearDown?: (environment: Environment) => Promise<unknown>
}

export type RowResult = {
  row: Row
  figures: Figures
  measured: Measured
  violations: Violation[]
  missed: string[]
}

/** `FAULTS=full` takes the counts and lengths of the whole suite, which runs for an hour; otherwise it is a quarter of one. */
const isFull = process.env.FAULTS === 'full'
export const inFull = <Value>(short: Value, full: Value) => (isFull ? full : short)

/** The worst of several runs, figure by figure. */
export const worstOf = (all: Measured[]): Measured => {
  const worst: Measured = {}
  for (const measured of all)
    for (const [name, value] of Object.entries(measured)) worst[name] = Math.max(worst[name] ?? 0, value)
  return worst
}

/** No request of any client failed. */
export const failedNothing: Check = ({ failedReads, failedAttempts }) =>
  failedReads + failedAttempts === 0 ? [] : [`${failedReads} reads and ${failedAttempts} changes failed`]

/** No request failed of any client that comes through Nginx, and none was refused by a gateway that is there. */
export const failedNothingThroughNginx: Check = (figures) =>
  failedNothing({ ...figures, failedReads: figures.failedReads - figures.unheardByGateways })

/** Does it so many times, one after the other. */
export const repeat = async (runs: number, once: (nth: number) => Promise<Measured>) => {
  const all: Measured[] = []
  for (let nth = 0; nth < runs; nth += 1) all.push(await once(nth))
  return worstOf(all)
}
