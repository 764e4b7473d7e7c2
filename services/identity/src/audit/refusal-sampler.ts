/** So many keys are told apart in a minute; what comes beyond them is counted together. */
const keysAtMost = 50
const windowMs = 60_000

/**
 * Says which of many like refusals to put on record: in each minute the first of a key, the second, fourth, eighth and so on,
 * with their number. A flood of any size and of any number of keys is then a few hundred lines, and a single refusal is a line.
 */
export const createRefusalSampler = (now: () => number = Date.now) => {
  let startedAt = now()
  let counts = new Map<string, number>()
  return {
    /** @returns how many there were in this minute, when that is to be told; null otherwise */
    count: (key: string): number | null => {
      if (now() - startedAt >= windowMs) {
        startedAt = now()
        counts = new Map()
      }
      const counted = counts.has(key) || counts.size < keysAtMost ? key : 'others'
      const count = (counts.get(counted) ?? 0) + 1
      counts.set(counted, count)
      return Number.isInteger(Math.log2(count)) ? count : null
    },
  }
}
