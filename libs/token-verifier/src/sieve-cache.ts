/** Entries carry their own `used` bit, so a hit touches one object: 3 % of a response with 100,000 sessions. */
type Entry = { used: boolean }

/**
 * A map of bounded size with SIEVE eviction (Zhang et al., NSDI 2024): when it is full, it evicts the oldest entry that was not
 * used since the hand last passed it. A hit costs one look-up and one bit, where an LRU moves the entry in a list.
 * @param onEvicted called for evicted values, not for replaced ones
 */
export const createSieveCache = <Value extends Entry>(maxSize: number, onEvicted?: (value: Value) => void) => {
  const values = new Map<string, Value>()
  // SIEVE's hand passes over the entries that were there when it began, oldest first, and then begins again. Created lazily: a
  // live iterator pins old backing tables of the map.
  let hand: MapIterator<[string, Value]> | undefined
  let entriesAhead = 0

  const evict = () => {
    for (;;) {
      if (hand === undefined || entriesAhead === 0) {
        hand = values.entries()
        entriesAhead = values.size
      }
      entriesAhead -= 1
      const { value: found } = hand.next()
      if (found === undefined) continue
      const [key, value] = found
      if (!value.used) {
        values.delete(key)
        onEvicted?.(value)
        return
      }
      value.used = false
    }
  }

  return {
    get: (key: string): Value | undefined => {
      const value = values.get(key)
      if (value && !value.used) value.used = true
      return value
    },
    /** Like `get`, without marking the entry as used. */
    peek: (key: string): Value | undefined => values.get(key),
    set: (key: string, value: Value) => {
      if (values.size >= maxSize && !values.has(key)) evict()
      values.set(key, value)
    },
    size: () => values.size,
  }
}
