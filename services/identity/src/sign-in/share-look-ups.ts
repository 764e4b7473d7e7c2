/**
 * Lets calls for the same key share a look-up that has not begun when they come, so its answer is no older than the call. Of any
 * number at once two are made: one that runs already, and one for all who wait.
 */
export const shareLookUps = <Result>(lookUp: (key: string) => Promise<Result>) => {
  const running = new Map<string, { now: Promise<Result>; next: Promise<Result> | null }>()

  const begin = (key: string): Promise<Result> => {
    const now = lookUp(key).finally(() => {
      if (running.get(key)?.next === null) running.delete(key)
    })
    running.set(key, { now, next: null })
    return now
  }

  return (key: string): Promise<Result> => {
    const current = running.get(key)
    if (!current) return begin(key)
    // Whether the one that runs fails is the business of those who wait for it.
    current.next ??= current.now.then(
      () => begin(key),
      () => begin(key),
    )
    return current.next
  }
}
