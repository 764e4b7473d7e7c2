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
  /**
   * Sets a password as an admin; all sessions end.
   * @throws AppError `user_not_found`, `too_busy`, and the errors of `checkNew`
   */
  setPassword: async (id: string, { next, mustChange }: { next: string; mustChange: boolean }, actor: Actor) => {
    passwords.checkNew(next, await get(id))
    const hashedPassword = await passwords.hash(next)
    const ends = { reason: 'password_changed' } as const
    const edit = () => ({ hashedPassword, mustChangePassword: mustChange })
    await change(id, { type: 'user.password_changed.v1', edit, ends }, actor)
  },

  /**
   * Replaces a password that its owner has just proved to know. All sessions end, except that of the actor.
   * @returns the changed user, or null if the password was changed concurrently
   * @throws AppError `too_busy`, and the errors of `checkNew`
   */
  replacePassword: async (verified: User, next: string, actor: Actor) => {
    passwords.checkNew(next, verified)
    const hashedPassword = await passwords.hash(next)
    let isCurrent = true
    const edit = (now: User) => {
      // The password may have been changed while this one was hashed; then the verified password is no longer current.
      isCurrent = now.isActive && isStillPasswordOf(verified, now)
      return isCurrent ? { hashedPassword, mustChangePassword: false } : null
    }
    const exception = actor === 'internal' ? {} : { except: actor.sessionId }
    const ends = { reason: 'password_changed', ...exception } as const
    const changed = await change(verified.id, { type: 'user.password_changed.v1', edit, ends }, actor)
    return isCurrent ? changed : null
  },
})
