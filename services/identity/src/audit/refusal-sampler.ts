/** Further keys of the same minute share one counter. */
const maxKeys = 50
const windowMs = 60_000

/**
 * Chooses which refusals to record: per minute and key the first, second, fourth, eighth and so on, with their number. A single
 * refusal is then one entry, and a flood of any size a few hundred.
 */
export const createRefusalSampler = (now: () => number = Date.now) => {
  let startedAt = now()
  let counts = new Map<string, number>()
  return {
    /** @returns the number in this minute if this refusal is to be recorded, else null */
    count: (key: string): number | null => {
      if (now() - startedAt >= windowMs) {
        startedAt = now()
        counts = new Map()
      }
      const counted = counts.has(key) || counts.size < maxKeys ? key : 'others'
      const count = (counts.get(counted) ?? 0) + 1
      counts.set(counted, count)
      return Number.isInteger(Math.log2(count)) ? count : null
    },
  }
}
