import type { IncomingMessage } from 'node:http'
import type { AccessTokenClaims } from '@gatehouse/contracts'
import { peekToken, readBearer } from './bearer.ts'
import type { CheckSession } from './live/check-session.ts'
import type { KnownUser } from './live/session-directory.ts'
import { Refusal } from './refusal.ts'
import { CannotVerifyError, TokenError } from './token-error.ts'
import type { TokenVerifier } from './verify-token.ts'

type Request = Pick<IncomingMessage, 'rawHeaders'>

/** The claims of the good token that a request carries. @throws Refusal with what to answer (RFC 6750 §3) */
export const createReadClaims =
  ({ verify }: Pick<TokenVerifier, 'verify'>) =>
  async (req: Request): Promise<AccessTokenClaims> => {
    const bearer = readBearer(req)
    if (bearer.kind === 'none') throw new Refusal('token_missing', 'Sign in first.')
    if (bearer.kind === 'malformed') {
      throw new Refusal('invalid_request', 'Send one bearer token in the Authorization header.')
    }
    return await verify(bearer.token).catch((cause: unknown) => {
      if (cause instanceof CannotVerifyError) throw new Refusal('cannot_verify', cause.message, { cause })
      if (!(cause instanceof TokenError)) throw cause
      throw new Refusal('invalid_token', 'The token is not good, or no longer. Sign in again.', { cause })
    })
  }

/** Who sent a request: a good token, of a session that counts now. */
export const createAuthenticate = (tokens: TokenVerifier, sessions: CheckSession) => {
  const readClaims = createReadClaims(tokens)
  return {
    /** @throws Refusal with what to answer */
    authenticate: async (req: Request): Promise<{ claims: AccessTokenClaims; user: KnownUser }> => {
      const claims = await readClaims(req)
      const user = await sessions.check(claims.sid)
      if (user?.state.id !== claims.sub) {
        throw new Refusal('session_ended', 'This session has ended. Sign in again.')
      }
      return { claims, user }
    },
    /** The same where memory tells it all and it is a yes; null leaves the answer to `authenticate`. */
    recognise: (req: Request): KnownUser | null => {
      const token = peekToken(req)
      const claims = token !== null && tokens.recall(token)
      if (!claims) return null
      const user = sessions.fromMemory(claims.sid)
      return user?.state.id === claims.sub ? user : null
    },
  }
}
export type Authenticate = ReturnType<typeof createAuthenticate>['authenticate']
export type Recognise = ReturnType<typeof createAuthenticate>['recognise']
