import type { EntityManager } from 'typeorm'
import { forgetAfterSeconds, type Limit } from './throttle-rule.ts'

export type ThrottleKey = { key: string; limit: Limit }

/** All SQL about login throttles. */
export const throttlesIn = (manager: EntityManager) => ({
  /** @returns for how many seconds the longest of these waits still lasts; 0 when none does */
  secondsLeft: async (keys: string[]): Promise<number> => {
    const [row]: [{ seconds: number }] = await manager.query(
      `SELECT coalesce(ceil(extract(epoch FROM max(blocked_until) - now())), 0)::int AS seconds
         FROM login_throttles WHERE key = ANY($1) AND blocked_until > now()`,
      [keys],
    )
    return row.seconds
  },

  /** One statement a key, so that replicas cannot count past each other; in one order, so that they cannot deadlock. */
  countFailure: async (keys: ThrottleKey[]) => {
    for (const { key, limit } of keys.toSorted((a, b) => (a.key < b.key ? -1 : 1))) {
      await manager.query(
        `INSERT INTO login_throttles AS t (key, failures, blocked_until, last_failure_at)
         VALUES ($1, 1, now(), now())
         ON CONFLICT (key) DO UPDATE SET
           failures = CASE WHEN t.last_failure_at < now() - make_interval(secs => $4) THEN 1 ELSE t.failures + 1 END,
           blocked_until = now() + make_interval(secs => CASE
             WHEN t.last_failure_at < now() - make_interval(secs => $4) OR t.failures + 1 <= $2 THEN 0
             ELSE least($3::float8, 2 ^ least(30, t.failures - $2)) END),
           last_failure_at = now()`,
        [key, limit.free, limit.mostSeconds, forgetAfterSeconds],
      )
    }
  },

  forget: (key: string) => manager.query('DELETE FROM login_throttles WHERE key = $1', [key]),
  forgetOld: () =>
    manager.query('DELETE FROM login_throttles WHERE last_failure_at < now() - make_interval(secs => $1)', [
      forgetAfterSeconds,
    ]),
})
