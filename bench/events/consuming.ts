export type ConsumerQuestion = { url: string; queue: string; count: number }
export type ConsumerReply = { seconds: number }

export const prefetch = 20

/** Consumes a number of messages and measures from the first one, so that connecting is not included. */
export const createCount = (count: number) => {
  const { promise, resolve } = Promise.withResolvers<ConsumerReply>()
  let taken = 0
  let startedAt = 0
  return {
    take: () => {
      if (taken === 0) startedAt = performance.now()
      taken += 1
      if (taken === count) resolve({ seconds: (performance.now() - startedAt) / 1000 })
    },
    reached: promise,
  }
}
