import { AppError } from '@gatehouse/service'
import type { Actor } from '../users/change-as.ts'
import type { UserChanges } from '../users/change-user.ts'
import type { User } from '../users/user.ts'
import { userNotFound } from '../users/users.repository.ts'
import type { Passwords } from './passwords.ts'

type Needs = { passwords: Passwords; changes: UserChanges; findUser: (id: string) => Promise<User | null> }

const wrongPassword = () => new AppError('forbidden', 'wrong_password', 'The current password is wrong.')

export const createPasswordChanges = ({ passwords, changes, findUser }: Needs) => ({
  /**
   * The user's own: the other sessions end, this one goes on.
   * @throws AppError `wrong_password`, `too_busy`, and those of `checkNew`
   */
  own: async (user: User, sessionId: string, current: string, next: string) => {
    passwords.checkNew(next, user)
    if (!(await passwords.verify(user.hashedPassword, current))) throw wrongPassword()
    const hashedPassword = await passwords.hash(next)
    const change = {
      type: 'user.password_changed.v1',
      edit: (now: User) => {
        // Changed by somebody else while we were hashing; what was checked is no longer the current one.
        if (now.hashedPassword !== user.hashedPassword) throw wrongPassword()
        return { hashedPassword }
      },
      ends: { reason: 'password_changed', except: sessionId },
    } as const
    await changes.change(user.id, change, { userId: user.id, sessionId, role: null })
  },
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
