import type { Logger } from '@gatehouse/service'

// Lets others at the database, and the relay keep up, while a job has much to do.
const briefPauseMs = 50

/**
 * Runs a job again and again, never twice at once: so long after its last end, whether that was good or not; soon after it when
 * it says that there is more to do. So its end is never further away than one run takes.
 * @returns `stop`, which waits for the run under way
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
      log.warn({ err: error }, `cannot ${what}; it is tried again`)
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
