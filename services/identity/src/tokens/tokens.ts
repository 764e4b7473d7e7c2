import type { TokenResponse } from '@gatehouse/contracts'
import type { Session } from '../sessions/session.ts'
import type { User } from '../users/user.ts'
import type { AccessTokens } from './access-tokens.ts'
import type { RefreshTokens } from './refresh-tokens.ts'

/** Issues the pair that a session is at. */
export const createTokens = (accessTokens: AccessTokens, refreshTokens: RefreshTokens) => ({
  issue: (user: User, session: Session): TokenResponse => ({
    ...accessTokens.issue(user, session),
    refresh_token: refreshTokens.make(session.id, session.refreshCounter),
  }),
})
export type Tokens = ReturnType<typeof createTokens>
