import { AppError } from '@gatehouse/service'

export const tooBusy = () =>
  new AppError('unavailable', 'too_busy', 'Too many sign-ins at once. Try again shortly.', {
    headers: { 'Retry-After': '1' },
  })

type Limits = { running: number; waiting: number }

/**
 * Runs at most `running` jobs at a time and lets at most `waiting` more wait their turn, of one person no more than a
 * quarter of them.
 */
export const createWorkQueue = ({ running: maxRunning, waiting: maxWaiting }: Limits) => {
  let running = 0
  const waiting: { who: string | undefined; start: () => void }[] = []
  const share = Math.max(1, Math.floor(maxWaiting / 4))

  const hasNoRoomFor = (who: string | undefined) =>
    waiting.length >= maxWaiting || (who !== undefined && waiting.filter((it) => it.who === who).length >= share)

  return {
    /** @param who asks for it, where that is known @throws AppError `too_busy` */
    run: async <Result>(job: () => Promise<Result>, who?: string): Promise<Result> => {
      if (running < maxRunning) running += 1
      else if (hasNoRoomFor(who)) throw tooBusy()
      // Whoever ends hands its place on, so a newcomer cannot slip in before those who wait.
      else await new Promise<void>((start) => waiting.push({ who, start }))
      try {
        return await job()
      } finally {
        const next = waiting.shift()
        if (next) next.start()
        else running -= 1
      }
    },
    waiting: () => waiting.length,
    /** Whether the next one is refused, whoever asks. */
    isFull: () => running >= maxRunning && waiting.length >= maxWaiting,
  }
}
