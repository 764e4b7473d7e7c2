import type { EntityManager } from 'typeorm'
import type { Origin } from '../sessions/origin.ts'
import type { User } from '../users/user.ts'
import { userRows } from '../users/users.repository.ts'
import type { Lanes, ThrottleKey } from './throttle-keys.ts'
import { resetAfterSeconds } from './throttle-rule.ts'

type Attempt = { username: string; origin: Origin; lanes: Lanes }
type Row = {
  throttle_lane: keyof Lanes
  throttle_wait_seconds: number
  throttle_counts: Record<string, number> | null
  throttle_at: string
}

/** The counters of the lane including this attempt, which was not counted if `waitSeconds` is above 0. */
type Reserved = { user: User | null; lane: keyof Lanes; waitSeconds: number; counts: Map<string, number>; at: string }

/** How long a network or device counts as known after the last use. */
const knownDays = 30

/** SQL for the login throttle. */
export const throttlesIn = (manager: EntityManager) => ({
  /**
   * Finds the user, selects the lane, and counts the attempt as a failure unless one of its counters requires a wait. One
   * statement, so that concurrent guesses are limited like sequential ones.
   */
  reserve: async ({ username, origin, lanes }: Attempt): Promise<Reserved> => {
    const [row]: [Row] = await manager.query(
      `WITH found AS (SELECT ${userRows.selected} FROM users u WHERE u.username = $1),
       recent AS (
         SELECT s.device FROM sessions s JOIN found ON s.user_id = found.u_id
          WHERE login_network(s.address) = login_network($2) AND s.last_seen_at > now() - make_interval(days => $4)
          ORDER BY s.last_seen_at DESC LIMIT 100),
       lane AS (
         SELECT CASE bool_or(device IS NOT DISTINCT FROM $3)
                  WHEN true THEN 'known_device' WHEN false THEN 'known_network' ELSE 'stranger' END AS name
           FROM recent)
       SELECT lane.name AS throttle_lane, reserved.*, found.*
         FROM lane
        CROSS JOIN LATERAL reserve_login_attempt($5::jsonb->lane.name, $6) reserved
         LEFT JOIN found ON true`,
      [username, origin.address, origin.device, knownDays, JSON.stringify(lanes), resetAfterSeconds],
    )
    return {
      user: userRows.read(row),
      lane: row.throttle_lane,
      waitSeconds: row.throttle_wait_seconds,
      counts: new Map(Object.entries(row.throttle_counts ?? {})),
      at: row.throttle_at,
    }
  },

  isKnown: async (username: string, address: string | null): Promise<boolean> => {
    const [row]: [{ known: boolean }] = await manager.query(
      `SELECT EXISTS (
         SELECT FROM sessions s JOIN users u ON u.id = s.user_id
          WHERE u.username = $1 AND login_network(s.address) = login_network($2)
            AND s.last_seen_at > now() - make_interval(days => $3)) AS known`,
      [username, address, knownDays],
    )
    return row.known
  },

  /** Takes an attempt back. @param reset the keys to reset entirely */
  takeBack: async (keys: ThrottleKey[], reset: ThrottleKey[], at: string) => {
    const named = (some: ThrottleKey[]) => some.map((it) => it.key)
    await manager.query('SELECT take_back_login_attempt($1, $2, $3)', [named(keys), named(reset), at])
  },

  /** Deletes expired counters, except locked ones. */
  deleteOld: () =>
    manager.query(
      `DELETE FROM login_throttles WHERE key IN (
         SELECT key FROM login_throttles WHERE last_failure_at < now() - make_interval(secs => $1)
            AND blocked_until < now() FOR UPDATE SKIP LOCKED)`,
      [resetAfterSeconds],
    ),
})
