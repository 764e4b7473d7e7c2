/** Which refresh token of a session is current, when it last moved on (oldest first), and who asked for its pair again. */
export type Rotations = {
  refreshCounter: number
  recentRotations: Date[]
  /** Repeats after the window; they count for the token that was current then. */
  lateRepeats: number
  lateRepeatsCounter: number
  /** The current token when a repeat inside the window was last noted. */
  notedRepeatCounter: number
}

export const noRotations: Rotations = {
  refreshCounter: 0,
  recentRotations: [],
  lateRepeats: 0,
  lateRepeatsCounter: 0,
  notedRepeatCounter: 0,
}

/** For so long a lost answer may be asked for, and so often. */
export const lateRepeat = { withinMs: 300_000, atMost: 3 }

/** Either way: a clock that was set back must not hold the window open until it has caught up. */
const apartMs = (one: Date, other: Date) => Math.abs(one.getTime() - other.getTime())

/**
 * What a presented refresh token deserves:
 * - `rotate`: it is the current one; the session moves on.
 * - `repeat`: it was first used less than `reuseMs` ago (a parallel tab); it gets the current pair, and nothing moves.
 * - `late_repeat`: it is one step behind and its answer may have been lost; so it gets the current pair, a few times.
 * - `reuse`: two parties hold the session; it ends (RFC 9700 §4.14.2).
 */
export const refreshOutcome = (
  { refreshCounter, recentRotations, lateRepeats, lateRepeatsCounter }: Rotations,
  presented: number,
  now: Date,
  reuseMs: number,
): 'rotate' | 'repeat' | 'late_repeat' | 'reuse' => {
  const stepsBehind = refreshCounter - presented
  if (stepsBehind === 0) return 'rotate'
  // The last rotation used the token one step behind, the one before it the token two steps behind, and so on.
  const usedAt = stepsBehind > 0 ? recentRotations.at(-stepsBehind) : undefined
  if (!usedAt) return 'reuse'
  if (apartMs(now, usedAt) < reuseMs) return 'repeat'
  if (stepsBehind > 1 || apartMs(now, usedAt) >= lateRepeat.withinMs) return 'reuse'
  return lateRepeatsCounter !== refreshCounter || lateRepeats < lateRepeat.atMost ? 'late_repeat' : 'reuse'
}

/** The session's rotations after one more at `now`, without those too old to matter. */
export const rotated = (
  { refreshCounter, recentRotations, lateRepeats, lateRepeatsCounter, notedRepeatCounter }: Rotations,
  now: Date,
  reuseMs: number,
): Rotations => {
  // Those that are kept are the last ones without a gap: their place tells which token each has used.
  const lastTooOld = recentRotations.findLastIndex((it) => apartMs(now, it) >= reuseMs)
  return {
    lateRepeats,
    lateRepeatsCounter,
    notedRepeatCounter,
    refreshCounter: refreshCounter + 1,
    recentRotations: [...recentRotations.slice(lastTooOld + 1), now],
  }
}

/** One late repeat more. */
export const repeatedLate = ({ refreshCounter, lateRepeats, lateRepeatsCounter }: Rotations) => ({
  lateRepeats: lateRepeatsCounter === refreshCounter ? lateRepeats + 1 : 1,
  lateRepeatsCounter: refreshCounter,
})
