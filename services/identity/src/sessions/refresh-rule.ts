/**
 * State of the refresh tokens of a session: the number of the current one, recent rotations (oldest first), repeated
 * requests.
 */
export type Rotations = {
  refreshCounter: number
  recentRotations: Date[]
  /** Late repeats, and the number of the token that was current at the last one. */
  lateRepeats: number
  lateRepeatsCounter: number
  /** Number of the token that was current when a repeat from another address was last recorded. */
  notedRepeatCounter: number
}

export const noRotations: Rotations = {
  refreshCounter: 0,
  recentRotations: [],
  lateRepeats: 0,
  lateRepeatsCounter: 0,
  notedRepeatCounter: 0,
}

/** How long and how often a client may repeat a refresh whose response was lost. */
export const lateRepeat = { withinMs: 300_000, maxCount: 3 }

/** Absolute, so that a clock that was set back does not keep the window open. */
const apartMs = (one: Date, other: Date) => Math.abs(one.getTime() - other.getTime())

/**
 * The outcome for a presented refresh token:
 * - `rotate`: it is the current one, and is replaced.
 * - `repeat`: it was first used less than `reuseMs` ago, for example by a parallel tab; return the current pair.
 * - `late_repeat`: it is one step behind and its response may have been lost; return the current pair, a few times.
 * - `reuse`: two parties have tokens of the session; end it (RFC 9700 §4.14.2).
 */
export const refreshOutcome = (
  { refreshCounter, recentRotations, lateRepeats, lateRepeatsCounter }: Rotations,
  presented: number,
  now: Date,
  reuseMs: number,
): 'rotate' | 'repeat' | 'late_repeat' | 'reuse' => {
  const stepsBehind = refreshCounter - presented
  if (stepsBehind === 0) return 'rotate'
  // The last rotation used the token one step behind, the previous one the token two steps behind, and so on.
  const usedAt = stepsBehind > 0 ? recentRotations.at(-stepsBehind) : undefined
  if (!usedAt) return 'reuse'
  if (apartMs(now, usedAt) < reuseMs) return 'repeat'
  if (stepsBehind > 1 || apartMs(now, usedAt) >= lateRepeat.withinMs) return 'reuse'
  return lateRepeatsCounter !== refreshCounter || lateRepeats < lateRepeat.maxCount ? 'late_repeat' : 'reuse'
}

/** The state after a rotation at `now`, without outdated rotations. */
export const rotated = (
  { refreshCounter, recentRotations, lateRepeats, lateRepeatsCounter, notedRepeatCounter }: Rotations,
  now: Date,
  reuseMs: number,
): Rotations => {
  // Keeps the last rotations without a gap: the index of each determines its token.
  const lastTooOld = recentRotations.findLastIndex((it) => apartMs(now, it) >= reuseMs)
  return {
    lateRepeats,
    lateRepeatsCounter,
    notedRepeatCounter,
    refreshCounter: refreshCounter + 1,
    recentRotations: [...recentRotations.slice(lastTooOld + 1), now],
  }
}

/** The state after another late repeat. */
export const repeatedLate = ({ refreshCounter, lateRepeats, lateRepeatsCounter }: Rotations) => ({
  lateRepeats: lateRepeatsCounter === refreshCounter ? lateRepeats + 1 : 1,
  lateRepeatsCounter: refreshCounter,
})
