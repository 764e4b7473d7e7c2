import type { EndReason } from '@gatehouse/contracts'
import type { DataSource } from 'typeorm'
import type { Accounts } from '../accounts/accounts.ts'
import type { OutboxIn } from '../outbox/outbox.repository.ts'
import type { Passwords } from '../passwords/passwords.ts'
import { type Actor, actAs } from '../sessions/act-as.ts'
import { revokedEvents } from '../sessions/end-sessions.ts'
import type { SessionTimes } from '../sessions/session.ts'
import { sessionsIn } from '../sessions/sessions.repository.ts'
import type { TryPassword } from '../throttle/try-password.ts'
import type { Tokens } from '../tokens/tokens.ts'
import { createChangeOwnPassword } from './change-own-password.ts'
import { createLogIn } from './log-in.ts'
import { createLookUpSessions } from './look-up-sessions.ts'
import { createRefresh } from './refresh.ts'
import { shareLookUps } from './share-look-ups.ts'
import { createSweepSessions } from './sweep-sessions.ts'
import { createTokenInspection } from './token-inspection.ts'

type Needs = {
  db: DataSource
  outboxIn: OutboxIn
  accounts: Accounts
  passwords: Passwords
  tryPassword: TryPassword
  tokens: Tokens
}
type Config = { issuer: string; sessions: SessionTimes; maxSessionsPerUser: number }

/** Operations on sessions and their tokens, from sign-in to sign-out. */
export const createSignIn = (needs: Needs, { issuer, sessions: times, maxSessionsPerUser: maxSessions }: Config) => {
  const { db, outboxIn } = needs
  const sessions = sessionsIn(db.manager)

  /** Ends a session of a user. @returns 1, or 0 if it was not live */
  const logOut = ({ id, userId }: { id: string; userId: string }, reason: EndReason, actor: Actor) =>
    actAs(db, actor, userId, async (tx, user) => {
      if (!user) return 0
      const ended = await sessionsIn(tx).endOne(id, user.id)
      await outboxIn(tx).append(...revokedEvents(user, ended, { reason }))
      return ended.length
    })

  return {
    logIn: createLogIn({ ...needs, times, maxSessions }),
    refresh: createRefresh({ ...needs, times }),
    changeOwnPassword: createChangeOwnPassword(needs),
    logOut,
    ...createTokenInspection({ ...needs, issuer, logOut }),
    lookUp: createLookUpSessions(db),
    // Shared, because many concurrent requests of one session should not exhaust the connection pool.
    find: shareLookUps(async (id) => (await sessions.findLive([id]))[0] ?? null),
    sessionsOf: sessions.findPageOf,
    sweep: createSweepSessions(needs),
  }
}
export type SignIn = ReturnType<typeof createSignIn>
