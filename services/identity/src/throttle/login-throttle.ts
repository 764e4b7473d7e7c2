import type { Logger } from '@gatehouse/service'
import type { DataSource, EntityManager } from 'typeorm'
import { createWorkQueue } from '../passwords/work-queue.ts'
import type { Origin } from '../sessions/origin.ts'
import { createOneAddressWarning } from './one-address.ts'
import { throttlesIn } from './throttle.repository.ts'
import { type Lanes, lanesOf, type ThrottleKey } from './throttle-keys.ts'

type Attempt = { username: string; origin: Origin; also?: ThrottleKey }

const withKey = (lanes: Lanes, also: ThrottleKey | undefined): Lanes => {
  if (!also) return lanes
  const add = (keys: ThrottleKey[]) => [...keys, also]
  return {
    stranger: add(lanes.stranger),
    known_network: add(lanes.known_network),
    known_device: add(lanes.known_device),
  }
}

/** Limits guessing, per account and per network. Counters are in Postgres, shared by all replicas. */
export const createLoginThrottle = (db: DataSource, log: Logger) => {
  const watchOrigin = createOneAddressWarning(log)
  // Bounded, so that a flood of attempts does not take all connections of the pool.
  const lookUps = createWorkQueue({ running: 2, waiting: 400 })
  return {
    /**
     * Counts an attempt as a failure before its password is checked. If `waitSeconds` is above 0, it was not counted and must
     * not be checked.
     * @param also a further counter, in addition to those of account and networks
     */
    reserve: async ({ username, origin, also }: Attempt) => {
      watchOrigin(username, origin.address)
      const lanes = withKey(lanesOf(username, origin), also)
      const { user, lane, waitSeconds, counts, at } = await throttlesIn(db.manager).reserve({ username, origin, lanes })
      const keys = lanes[lane]
      let isOpen = waitSeconds === 0
      const settle = async (manager: EntityManager, reset: ThrottleKey[]) => {
        if (!isOpen) return
        await throttlesIn(manager).takeBack(keys, reset, at)
        isOpen = false
      }
      return {
        user,
        waitSeconds,
        /** Failures of a counter, including this attempt. */
        failuresOf: ({ key }: ThrottleKey) => counts.get(key) ?? 0,
        /** Call if the password was right: resets the owner's counters, and takes this attempt back from the others. */
        succeeded: (manager: EntityManager) =>
          settle(
            manager,
            keys.filter((it) => it.isOwn),
          ),
        /** Call if the password could not be checked. No effect after `succeeded`. */
        takeBack: () => settle(db.manager, []),
      }
    },
    /** Whether the account has recently signed in from this network. Counts nothing. */
    isKnown: ({ username, origin }: Pick<Attempt, 'username' | 'origin'>) =>
      lookUps.run(() => throttlesIn(db.manager).isKnown(username, origin.address)),
    deleteOld: () => throttlesIn(db.manager).deleteOld(),
  }
}
export type LoginThrottle = ReturnType<typeof createLoginThrottle>
