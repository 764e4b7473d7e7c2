import { AppError } from '@gatehouse/service'

export const tooBusy = () =>
  new AppError('unavailable', 'too_busy', 'Too many sign-ins at once. Try again shortly.', {
    headers: { 'Retry-After': '1' },
  })

/** Runs at most `running` jobs at a time and lets at most `waiting` more wait their turn. @throws AppError `too_busy` */
export const createWorkQueue = ({ running: maxRunning, waiting: maxWaiting }: { running: number; waiting: number }) => {
  let running = 0
  const waiting: (() => void)[] = []
  return {
    run: async <Result>(job: () => Promise<Result>): Promise<Result> => {
      if (running < maxRunning) running += 1
      else if (waiting.length >= maxWaiting) throw tooBusy()
      // Whoever ends hands its place on, so a newcomer cannot slip in before those who wait.
      else await new Promise<void>((resolve) => waiting.push(resolve))
      try {
        return await job()
      } finally {
        const next = waiting.shift()
        if (next) next()
        else running -= 1
      }
    },
    waiting: () => waiting.length,
  }
}
