import { revocationPromiseMs } from '@gatehouse/contracts'
import type { KeySet, LiveSessions } from '@gatehouse/token-verifier'

type Parts = { keys: KeySet['state']; sessions: LiveSessions['state'] }

/**
 * The gateway is ready if it has keys and either fresh sessions in memory or an available identity. Without the broker it is
 * slower, but still correct.
 */
export const readState = ({ keys, sessions }: Parts) => {
  const isFresh = () => sessions().stalenessMs < revocationPromiseMs
  return {
    keys: () => {
      const { keys: count, lastError, ageSeconds } = keys()
      const detail = lastError ?? undefined
      return {
        state: count === 0 ? ('down' as const) : detail ? ('degraded' as const) : ('up' as const),
        count,
        age_seconds: ageSeconds,
        ...(detail && { detail }),
      }
    },
    broker: () => {
      const { connected, lastError } = sessions().broker
      return connected ? { state: 'up' as const } : { state: 'degraded' as const, detail: lastError ?? 'connecting' }
    },
    identity: () => {
      if (sessions().identityAnswers) return { state: 'up' as const }
      return { state: isFresh() ? ('degraded' as const) : ('down' as const), detail: 'does not answer look-ups' }
    },
    freshness: () => {
      const ms = sessions().stalenessMs
      return {
        state: isFresh() ? ('up' as const) : ('degraded' as const),
        staleness_ms: Number.isFinite(ms) ? Math.round(ms) : null,
      }
    },
  }
}
