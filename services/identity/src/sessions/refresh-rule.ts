/** Which refresh token of a session is current, and when it last moved on (oldest first). */
export type Rotations = { refreshCounter: number; recentRotations: Date[] }

/**
 * What a presented refresh token deserves:
 * - `rotate`: it is the current one; the session moves on.
 * - `repeat`: it is one step behind (its answer was lost), or was first used less than `reuseMs` ago (a parallel tab);
 *   it gets the current pair, and nothing moves.
 * - `reuse`: it is older, so two parties hold the session; the session ends (RFC 9700 §4.14.2).
 */
export const refreshOutcome = (
  { refreshCounter, recentRotations }: Rotations,
  presented: number,
  now: Date,
  reuseMs: number,
): 'rotate' | 'repeat' | 'reuse' => {
  const stepsBehind = refreshCounter - presented
  if (stepsBehind === 0) return 'rotate'
  if (stepsBehind === 1) return 'repeat'
  // The last rotation used the token one step behind, the one before it the token two steps behind, and so on.
  const usedAt = recentRotations.at(-stepsBehind)
  return stepsBehind > 0 && usedAt && now.getTime() - usedAt.getTime() < reuseMs ? 'repeat' : 'reuse'
}

/** The session's rotations after one more at `now`, without those too old to matter. */
export const rotated = ({ refreshCounter, recentRotations }: Rotations, now: Date, reuseMs: number): Rotations => ({
  refreshCounter: refreshCounter + 1,
  recentRotations: [...recentRotations.filter((it) => now.getTime() - it.getTime() < reuseMs), now],
})
