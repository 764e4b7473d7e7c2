import type { Logger } from '@gatehouse/service'

// Between two runs of a job with a backlog: leaves the database to others and lets the relay keep up.
const briefPauseMs = 50

/**
 * Runs a job `pauseMs` after its previous run has ended, whether or not that failed, or soon after it if the job returned true:
 * there is more to do. Runs never overlap.
 * @returns `stop`, which waits for the current run
 */
export const repeat = (what: string, job: () => Promise<unknown>, pauseMs: number, log: Logger) => {
  let isStopping = false
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()
  const run = async () => {
    let hasMore = false
    try {
      hasMore = (await job()) === true
    } catch (error) {
      log.warn({ err: error }, `cannot ${what}; retrying`)
    }
    if (!isStopping) plan(hasMore ? briefPauseMs : pauseMs)
  }
  const plan = (inMs: number) => {
    timer = setTimeout(() => {
      running = run()
    }, inMs)
  }
  plan(pauseMs)
  return {
    stop: async () => {
      isStopping = true
      clearTimeout(timer)
      await running
    },
  }
}
