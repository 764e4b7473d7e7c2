/** A wake-up signal for one waiter. */
export const createWakeUp = () => {
  let isSignaled = false
  let wake = () => {}
  return {
    notify: () => {
      isSignaled = true
      wake()
    },
    /** Waits for a signal, at most `ms`. Returns at once for a signal since the last wait, so that none is lost. */
    wait: async (ms: number) => {
      if (!isSignaled) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms)
          wake = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      }
      isSignaled = false
    },
  }
}
