import type { Passwords } from '../passwords/passwords.ts'
import type { Actor } from '../sessions/act-as.ts'
import { isStillPasswordOf, type User } from '../users/user.ts'
import type { UserChanges } from './change-user.ts'

type Needs = {
  passwords: Pick<Passwords, 'hash' | 'checkNew'>
  change: UserChanges['change']
  get: (id: string) => Promise<User>
}

export const createPasswordChanges = ({ passwords, change, get }: Needs) => ({
  /** By an admin: all sessions end. @throws AppError `user_not_found`, `too_busy`, and those of `checkNew` */
  setPassword: async (id: string, { next, mustChange }: { next: string; mustChange: boolean }, actor: Actor) => {
    passwords.checkNew(next, await get(id))
    const hashedPassword = await passwords.hash(next)
    const ends = { reason: 'password_changed' } as const
    const edit = () => ({ hashedPassword, mustChangePassword: mustChange })
    await change(id, { type: 'user.password_changed.v1', edit, ends }, actor)
  },

  /**
   * Puts another password in the place of one that its owner has just shown. All sessions end, but the one that it comes from.
   * @returns the user as it is then, null when somebody else was faster
   * @throws AppError `too_busy`, and those of `checkNew`
   */
  replacePassword: async (read: User, next: string, actor: Actor) => {
    passwords.checkNew(next, read)
    const hashedPassword = await passwords.hash(next)
    let isCurrent = true
    const edit = (now: User) => {
      // Changed by somebody else while we were hashing; what was tried is no longer the current one.
      isCurrent = now.isActive && isStillPasswordOf(read, now)
      return isCurrent ? { hashedPassword, mustChangePassword: false } : null
    }
    const kept = actor === 'internal' ? {} : { except: actor.sessionId }
    const ends = { reason: 'password_changed', ...kept } as const
    const changed = await change(read.id, { type: 'user.password_changed.v1', edit, ends }, actor)
    return isCurrent ? changed : null
  },
})
