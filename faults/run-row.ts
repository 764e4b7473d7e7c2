import { setTimeout as delay } from 'node:timers/promises'
import { untilHealthy } from '@gatehouse/e2e/support/until-healthy.ts'
import type { Environment } from './environment.ts'
import { lastSeq, readFinalState } from './final-state.ts'
import { checkHistory } from './history/check-history.ts'
import { figuresOf } from './history/figures.ts'
import { watchProcesses } from './processes.ts'
import type { Row, RowResult } from './row.ts'

// What memory holds before the load has run for a moment is no measure of what it holds afterwards.
const warmUpMs = 2_000
const afterwardsMs = 2_000

/** The load, the fault in the midst of it, calm again, and then the verdict over all that was seen. */
export const runRow = async (row: Row, environment: Environment): Promise<RowResult> => {
  await untilHealthy()
  await row.setUp?.(environment)
  try {
    await environment.gateways.refresh()
    const history = environment.startHistory()
    const seq = await lastSeq()
    const stop = environment.load.start()
    try {
      await delay(warmUpMs)
      const processes = await watchProcesses()
      const measured = await row.fault(environment)
      await untilHealthy()
      await delay(afterwardsMs)
      await stop()
      history.finalState = await readFinalState(environment, seq)
      history.processes = await processes()
      const figures = figuresOf(history)
      const tooLarge = Object.entries(row.aims ?? {}).filter(
        ([name, most]) => !((measured[name] ?? Number.NaN) <= most),
      )
      const missed = tooLarge.map(([name, most]) => `${name}: ${measured[name]} instead of at most ${most}`)
      if (figures.refusals === 0 && figures.attempts === 0) missed.push('the load did nothing')
      return {
        row,
        figures,
        measured,
        violations: checkHistory(history),
        missed: [...missed, ...(row.check?.(figures) ?? [])],
      }
    } finally {
      // Its failure is thrown above; here it only must not go on behind a row that failed.
      await stop().catch(() => undefined)
    }
  } finally {
    await row.tearDown?.(environment)
  }
}
