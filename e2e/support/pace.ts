import { setTimeout as delay, setImmediate } from 'node:timers/promises'

/**
 * Calls `act` so many times a second, however long each call takes, until it is stopped.
 * @returns a stop that waits for all calls and throws what the first that failed has thrown
 */
export const keepPace = (perSecond: number, act: (nth: number) => Promise<void>) => {
  const startedAt = performance.now()
  const acts: Promise<void>[] = []
  const failures: unknown[] = []
  let goesOn = true
  const pacing = (async () => {
    for (let nth = 0; goesOn; nth += 1) {
      const dueInMs = startedAt + (nth * 1000) / perSecond - performance.now()
      // Behind its time it gives way as well, or no answer would ever be heard.
      await (dueInMs > 0 ? delay(dueInMs) : setImmediate())
      acts.push(act(nth).catch((error: unknown) => void failures.push(error)))
    }
  })()
  return async () => {
    goesOn = false
    await pacing
    await Promise.all(acts)
    if (failures.length > 0) throw failures[0]
  }
}

/** Counts what happened, by name. */
export const openTally = () => {
  const counts: Record<string, number> = {}
  return {
    counts,
    add: (what: string) => {
      counts[what] = (counts[what] ?? 0) + 1
    },
  }
}

/** The nth of a list that begins anew at its end. @throws when the list is empty */
export const inTurn = <Item>(list: readonly Item[], nth: number): Item => {
  const item = list[nth % list.length]
  if (item === undefined) throw new Error('there is nothing in the list')
  return item
}
