import { AppError } from '@gatehouse/service'
import type { DataSource } from 'typeorm'
import type { Passwords } from '../passwords/passwords.ts'
import type { Actor } from '../sessions/act-as.ts'
import type { Origin } from '../sessions/origin.ts'
import type { Session } from '../sessions/session.ts'
import type { TryPassword } from '../throttle/try-password.ts'
import { isStillPasswordOf, type User } from '../users/user.ts'
import { userNotFound } from '../users/users.repository.ts'
import type { UserChanges } from './change-user.ts'

type Needs = {
  passwords: Pick<Passwords, 'hash' | 'checkNew'>
  changes: UserChanges
  findUser: (id: string) => Promise<User | null>
}
type OwnNeeds = Omit<Needs, 'findUser'> & { db: DataSource; tryPassword: TryPassword }
type OwnChange = { user: User; session: Session; current: string; next: string; origin: Origin }

const wrongPassword = () => new AppError('forbidden', 'wrong_password', 'The current password is wrong.')

export const createPasswordChanges = ({ passwords, changes, findUser }: Needs) => ({
  /** By an admin: all sessions end. @throws AppError `user_not_found`, `too_busy`, and those of `checkNew` */
  set: async (id: string, { next, mustChange }: { next: string; mustChange: boolean }, actor: Actor) => {
    const user = await findUser(id)
    if (!user) throw userNotFound()
    passwords.checkNew(next, user)
    const hashedPassword = await passwords.hash(next)
    const ends = { reason: 'password_changed' } as const
    const edit = () => ({ hashedPassword, mustChangePassword: mustChange })
    await changes.change(id, { type: 'user.password_changed.v1', edit, ends }, actor)
  },
})
export type PasswordChanges = ReturnType<typeof createPasswordChanges>

/**
 * Puts another password in the place of one that its owner has just shown. All sessions end, but the one that it comes from.
 * @returns the user as it is then, null when somebody else was faster
 * @throws AppError `too_busy`, and those of `checkNew`
 */
export const createReplacePassword =
  ({ passwords, changes }: Pick<Needs, 'passwords' | 'changes'>) =>
  async (read: User, next: string, actor: Actor) => {
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
    const changed = await changes.change(read.id, { type: 'user.password_changed.v1', edit, ends }, actor)
    return isCurrent ? changed : null
  }

/**
 * The user's own: the other sessions end, this one goes on.
 * @throws AppError `wrong_password`, `too_many_attempts`, `too_busy`, and those of `checkNew`
 */
export const createChangeOwnPassword = ({ db, passwords, changes, tryPassword }: OwnNeeds) => {
  const replace = createReplacePassword({ passwords, changes })
  return async ({ user, session, current, next, origin }: OwnChange) => {
    const { username } = user
    const asked = { username, password: current, origin, sessionId: session.id, refusal: wrongPassword }
    await tryPassword(asked, async (read, succeeded) => {
      // Renamed meanwhile, and the name given to somebody else.
      if (read.id !== user.id) return 'wrong_password'
      const changed = await replace(read, next, { userId: user.id, sessionId: session.id, role: null })
      if (!changed) return 'wrong_password'
      await succeeded(db.manager)
      return changed
    })
  }
}
export type ChangeOwnPassword = ReturnType<typeof createChangeOwnPassword>
