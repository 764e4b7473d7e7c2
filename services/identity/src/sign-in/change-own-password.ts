import { AppError } from '@gatehouse/service'
import type { DataSource } from 'typeorm'
import type { Accounts } from '../accounts/accounts.ts'
import type { Origin } from '../sessions/origin.ts'
import type { Session } from '../sessions/session.ts'
import type { TryPassword } from '../throttle/try-password.ts'
import type { User } from '../users/user.ts'

type Needs = { db: DataSource; accounts: Pick<Accounts, 'replacePassword'>; tryPassword: TryPassword }
type OwnChange = { user: User; session: Session; current: string; next: string; origin: Origin }

const wrongPassword = () => new AppError('forbidden', 'wrong_password', 'The current password is wrong.')

/**
 * Changes the password of the signed-in user. All sessions end, except the current one.
 * @throws AppError `wrong_password`, `too_many_attempts`, `too_busy`, and the errors of `checkNew`
 */
export const createChangeOwnPassword =
  ({ db, accounts, tryPassword }: Needs) =>
  async ({ user, session, current, next, origin }: OwnChange) => {
    const { username } = user
    const attempt = { username, password: current, origin, sessionId: session.id, refusal: wrongPassword }
    await tryPassword(attempt, async (verified, succeeded) => {
      // The user was renamed meanwhile, and another user got the username.
      if (verified.id !== user.id) return 'wrong_password'
      const actor = { userId: user.id, sessionId: session.id, role: null }
      const changed = await accounts.replacePassword(verified, next, actor)
      if (!changed) return 'wrong_password'
      await succeeded(db.manager)
      return changed
    })
  }
