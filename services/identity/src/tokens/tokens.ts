import type { TokenResponse } from '@gatehouse/contracts'
import type { SigningKeys } from '../keys/signing-keys.ts'
import type { Session } from '../sessions/session.ts'
import type { User } from '../users/user.ts'
import { createAccessTokens } from './access-tokens.ts'
import { createRefreshTokens } from './refresh-tokens.ts'

type Config = { issuer: string; audience: string; accessTokenSeconds: number; keySecrets: [string, ...string[]] }

/** Issues the current token pair of a session, and reads tokens. */
export const createTokens = (keys: SigningKeys, config: Config) => {
  const accessTokens = createAccessTokens(keys, config)
  const refreshTokens = createRefreshTokens(config.keySecrets)
  return {
    issue: (user: User, session: Session): TokenResponse => ({
      ...accessTokens.issue(user, session),
      refresh_token: refreshTokens.create(session.id, session.refreshCounter),
    }),
    verify: accessTokens.verify,
    readAccess: accessTokens.read,
    readRefresh: refreshTokens.read,
  }
}
export type Tokens = ReturnType<typeof createTokens>
