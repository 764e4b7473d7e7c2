import { AppError } from '@gatehouse/service'
import type { DataSource } from 'typeorm'
import type { Origin } from '../origin.ts'
import type { Session } from '../sessions/session.ts'
import type { Actor } from '../users/change-as.ts'
import type { UserChanges } from '../users/change-user.ts'
import { isStillPasswordOf, type User } from '../users/user.ts'
import { userNotFound } from '../users/users.repository.ts'
import type { Passwords } from './passwords.ts'
import type { TryPassword } from './try-password.ts'

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
  set: async (id: string, next: string, actor: Actor) => {
    const user = await findUser(id)
    if (!user) throw userNotFound()
    passwords.checkNew(next, user)
    const hashedPassword = await passwords.hash(next)
    const ends = { reason: 'password_changed' } as const
    await changes.change(id, { type: 'user.password_changed.v1', edit: () => ({ hashedPassword }), ends }, actor)
  },
})
export type PasswordChanges = ReturnType<typeof createPasswordChanges>

/**
 * The user's own: the other sessions end, this one goes on.
 * @throws AppError `wrong_password`, `too_many_attempts`, `too_busy`, and those of `checkNew`
 */
export const createChangeOwnPassword =
  ({ db, passwords, changes, tryPassword }: OwnNeeds) =>
  async ({ user, session, current, next, origin }: OwnChange) => {
    passwords.checkNew(next, user)
    const { username } = user
    const asked = { username, password: current, origin, sessionId: session.id, refusal: wrongPassword }
    await tryPassword(asked, async (read, succeeded) => {
      // Renamed meanwhile, and the name given to somebody else.
      if (read.id !== user.id) return 'wrong_password'
      const hashedPassword = await passwords.hash(next)
      let isCurrent = true
      const change = {
        type: 'user.password_changed.v1',
        edit: (now: User) => {
          // Changed by somebody else while we were hashing; what was tried is no longer the current one.
          isCurrent = isStillPasswordOf(read, now)
          return isCurrent ? { hashedPassword } : null
        },
        ends: { reason: 'password_changed', except: session.id },
      } as const
      const changed = await changes.change(user.id, change, { userId: user.id, sessionId: session.id, role: null })
      if (!isCurrent) return 'wrong_password'
      await succeeded(db.manager)
      return changed
    })
  }
export type ChangeOwnPassword = ReturnType<typeof createChangeOwnPassword>
