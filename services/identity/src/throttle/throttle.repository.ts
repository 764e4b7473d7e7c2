import type { EntityManager } from 'typeorm'
import { forgetAfterSeconds, type Limit } from './throttle-rule.ts'

export type ThrottleKey = { key: string; limit: Limit }

/** All SQL about login throttles. */
export const throttlesIn = (manager: EntityManager) => ({
  /** @returns those of these keys that have failures, and for how many seconds each has still to wait */
  findWaits: async (keys: string[]): Promise<Map<string, number>> => {
    const rows: { key: string; seconds: number }[] = await manager.query(
      `SELECT key, greatest(0, ceil(extract(epoch FROM blocked_until - now())))::int AS seconds
         FROM login_throttles WHERE key = ANY($1)`,
      [keys],
    )
    return new Map(rows.map((it) => [it.key, it.seconds]))
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
