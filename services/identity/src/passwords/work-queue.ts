import { AppError } from '@gatehouse/service'

export const tooBusy = () =>
  new AppError('unavailable', 'too_busy', 'Too many sign-ins at once. Try again shortly.', {
    headers: { 'Retry-After': '1' },
  })

type Limits = { running: number; waiting: number }

/**
 * Runs at most `running` jobs at a time and queues at most `waiting` more; one requester may take at most a quarter of the
 * queue.
 */
export const createWorkQueue = ({ running: maxRunning, waiting: maxWaiting }: Limits) => {
  let running = 0
  const waiting: { requester: string | undefined; start: () => void }[] = []
  const share = Math.max(1, Math.floor(maxWaiting / 4))

  const hasNoRoomFor = (requester: string | undefined) =>
    waiting.length >= maxWaiting ||
    (requester !== undefined && waiting.filter((it) => it.requester === requester).length >= share)

  return {
    /** @param requester the actor, if known @throws AppError `too_busy` */
    run: async <Result>(job: () => Promise<Result>, requester?: string): Promise<Result> => {
      if (running < maxRunning) running += 1
      else if (hasNoRoomFor(requester)) throw tooBusy()
      // A finished job hands over its place, so that a new job cannot overtake the queue.
      else await new Promise<void>((start) => waiting.push({ requester, start }))
      try {
        return await job()
      } finally {
        const next = waiting.shift()
        if (next) next.start()
        else running -= 1
      }
    },
    waiting: () => waiting.length,
    /** Whether the next job would be refused for any requester. */
    isFull: () => running >= maxRunning && waiting.length >= maxWaiting,
  }
}
