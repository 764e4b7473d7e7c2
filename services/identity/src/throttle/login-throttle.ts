import type { Logger } from '@gatehouse/service'
import type { DataSource, EntityManager } from 'typeorm'
import { createWorkQueue } from '../passwords/work-queue.ts'
import type { Origin } from '../sessions/origin.ts'
import { createOneAddressNotice } from './one-address.ts'
import { throttlesIn } from './throttle.repository.ts'
import { type Lanes, lanesOf, type ThrottleKey } from './throttle-keys.ts'

type Asked = { username: string; origin: Origin; also?: ThrottleKey }

const withKey = (lanes: Lanes, also: ThrottleKey | undefined): Lanes => {
  if (!also) return lanes
  const add = (keys: ThrottleKey[]) => [...keys, also]
  return {
    stranger: add(lanes.stranger),
    known_network: add(lanes.known_network),
    known_device: add(lanes.known_device),
  }
}

/** Slows down guessing, per account and per network; kept in Postgres, so it holds across restarts and replicas. */
export const createLoginThrottle = (db: DataSource, log: Logger) => {
  const noticeOrigin = createOneAddressNotice(log)
  // A flood asks for each of its attempts, and is to leave the other connections of the pool alone.
  const looks = createWorkQueue({ running: 2, waiting: 400 })
  return {
    /**
     * Counts an attempt as a failure before its password is looked at. When `waitSeconds` is above 0 it is not counted, and
     * must not be looked at.
     * @param also a counter of the caller's, beside those of account and networks
     */
    reserve: async ({ username, origin, also }: Asked) => {
      noticeOrigin(username, origin.address)
      const lanes = withKey(lanesOf(username, origin), also)
      const { user, lane, waitSeconds, counts, at } = await throttlesIn(db.manager).reserve({ username, origin, lanes })
      const keys = lanes[lane]
      let isOpen = waitSeconds === 0
      const settle = async (manager: EntityManager, forgotten: ThrottleKey[]) => {
        if (!isOpen) return
        await throttlesIn(manager).takeBack(keys, forgotten, at)
        isOpen = false
      }
      return {
        user,
        waitSeconds,
        /** How many failures that counter had, with this attempt. */
        failuresOf: ({ key }: ThrottleKey) => counts.get(key) ?? 0,
        /** The password was right: what its owner failed before is forgotten. */
        succeeded: (manager: EntityManager) =>
          settle(
            manager,
            keys.filter((it) => it.isOwn),
          ),
        /** Nobody can tell whether it was. Once it has succeeded this does nothing. */
        takeBack: () => settle(db.manager, []),
      }
    },
    /** Whether this account was seen at this origin lately. A look, which counts nothing and waits for no counter. */
    knows: ({ username, origin }: Pick<Asked, 'username' | 'origin'>) =>
      looks.run(() => throttlesIn(db.manager).isKnown(username, origin.address)),
    forgetOld: () => throttlesIn(db.manager).forgetOld(),
  }
}
export type LoginThrottle = ReturnType<typeof createLoginThrottle>
