import type { EndReason } from '@gatehouse/contracts'
import type { DataSource } from 'typeorm'
import type { Accounts } from '../accounts/accounts.ts'
import type { NewEvent } from '../outbox/new-event.ts'
import type { Passwords } from '../passwords/passwords.ts'
import { type Actor, actAs } from '../sessions/act-as.ts'
import { endSession } from '../sessions/end-sessions.ts'
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
  newEvent: NewEvent
  accounts: Accounts
  passwords: Passwords
  tryPassword: TryPassword
  tokens: Tokens
  issuer: string
  times: SessionTimes
  /** Of one user at a time; the oldest end for a new one. */
  maxSessions: number
}

/** What happens to a sign-in, from its start to its end. */
export const createSignIn = (needs: Needs) => {
  const { db, newEvent } = needs
  const sessions = sessionsIn(db.manager)

  /** Ends one session of a user everywhere. @returns how many that were */
  const logOut = ({ id, userId }: { id: string; userId: string }, reason: EndReason, actor: Actor) =>
    actAs(db, actor, userId, async (tx, user) => (user ? endSession(tx, newEvent, user, id, reason) : 0))

  return {
    logIn: createLogIn(needs),
    refresh: createRefresh(needs),
    changeOwnPassword: createChangeOwnPassword(needs),
    logOut,
    ...createTokenInspection({ ...needs, logOut }),
    lookUp: createLookUpSessions(db),
    // Of one session many requests may come at once, and the pool of connections is everybody's.
    find: shareLookUps(async (id) => (await sessions.findLive([id]))[0] ?? null),
    sessionsOf: sessions.findPageOf,
    sweep: createSweepSessions(needs),
  }
}
export type SignIn = ReturnType<typeof createSignIn>
