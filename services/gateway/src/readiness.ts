import type { EventConsumer } from '@gatehouse/events'
import type { KeySet } from '@gatehouse/token-verifier'

type Parts = {
  stalenessMs: () => number
  keys: Pick<KeySet, 'state'>
  events: Pick<EventConsumer, 'state'>
  /** Whether the last look-up was answered. */
  identityAnswers: () => boolean
}

/**
 * Ready is who can answer: with keys, and either fresh memory or an identity to ask. A broker that is away makes the
 * gateway slower, not wrong.
 */
export const readState = ({ stalenessMs, keys, events, identityAnswers }: Parts) => {
  const isFresh = () => stalenessMs() < 1_000
  return {
    keys: () => {
      const { keys: count, lastError, ageSeconds } = keys.state()
      const detail = lastError ?? undefined
      return {
        state: count === 0 ? ('down' as const) : detail ? ('degraded' as const) : ('up' as const),
        count,
        age_seconds: ageSeconds,
        ...(detail && { detail }),
      }
    },
    broker: () => {
      const { connected, lastError } = events.state()
      return connected ? { state: 'up' as const } : { state: 'degraded' as const, detail: lastError ?? 'connecting' }
    },
    identity: () => {
      if (identityAnswers()) return { state: 'up' as const }
      return { state: isFresh() ? ('degraded' as const) : ('down' as const), detail: 'does not answer look-ups' }
    },
    freshness: () => {
      const ms = stalenessMs()
      return {
        state: isFresh() ? ('up' as const) : ('degraded' as const),
        staleness_ms: Number.isFinite(ms) ? Math.round(ms) : null,
      }
    },
  }
}
