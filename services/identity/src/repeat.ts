import type { Logger } from '@gatehouse/service'

/**
 * Runs a job again and again, never twice at once: so long after its last end, whether that was good or not.
 * @returns `stop`, which waits for the run under way
 */
export const repeat = (what: string, job: () => Promise<unknown>, pauseMs: number, log: Logger) => {
  let isStopping = false
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()
  const run = async () => {
    try {
      await job()
    } catch (error) {
      log.warn({ err: error }, `cannot ${what}; it is tried again`)
    }
    if (!isStopping) plan()
  }
  const plan = () => {
    timer = setTimeout(() => {
      running = run()
    }, pauseMs)
  }
  plan()
  return {
    stop: async () => {
      isStopping = true
      clearTimeout(timer)
      await running
    },
  }
}
