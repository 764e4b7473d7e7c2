/**
 * Calls for the same key share a look-up that starts after they were made, so no result is older than its call. For any
 * number of concurrent calls at most two look-ups run: the current one, and then one for all waiting calls.
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
    // A failure of the running look-up does not affect the next one.
    current.next ??= current.now.then(
      () => begin(key),
      () => begin(key),
    )
    return current.next
  }
}
