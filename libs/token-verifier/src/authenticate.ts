import type { IncomingMessage } from 'node:http'
import { Refusal } from './refusal.ts'
import type { CheckSession, SessionToken } from './sessions/check-session.ts'
import type { KnownUser } from './sessions/session-directory.ts'
import { peekToken, readBearer } from './tokens/bearer.ts'
import { CannotVerifyError, TokenError } from './tokens/token-error.ts'
import type { SessionClaims, TokenVerifier } from './tokens/verify-token.ts'

type Request = Pick<IncomingMessage, 'rawHeaders'>

const asRefusal = (cause: unknown) => {
  if (cause instanceof CannotVerifyError) return new Refusal('cannot_verify', cause.message, { cause })
  if (!(cause instanceof TokenError)) return cause
  return new Refusal('invalid_token', 'The token is not good, or no longer. Sign in again.', { cause })
}

/** By the headers of a request, which token of it was refused and why: a bad one costs one verification, whoever asks again. */
type Refused = WeakMap<string[], { token: string; error: unknown }>

/** The claims of the good token that a request carries. @throws Refusal with what to answer (RFC 6750 §3) */
export const createReadClaims =
  <Kept extends SessionClaims>({ verify }: Pick<TokenVerifier<Kept>, 'verify'>, refused: Refused = new WeakMap()) =>
  async (req: Request): Promise<Kept> => {
    const bearer = readBearer(req)
    if (bearer.kind === 'none') throw new Refusal('token_missing', 'Sign in first.')
    if (bearer.kind === 'malformed') {
      throw new Refusal('invalid_request', 'Send one bearer token in the Authorization header.')
    }
    const before = refused.get(req.rawHeaders)
    if (before?.token === bearer.token) throw asRefusal(before.error)
    return await verify(bearer.token).catch((cause: unknown) => {
      throw asRefusal(cause)
    })
  }

/** Who sent a request: a good token, of a session that counts now. */
export const createAuthenticate = <Kept extends SessionToken>(tokens: TokenVerifier<Kept>, sessions: CheckSession) => {
  const refused: Refused = new WeakMap()
  const readToken = createReadClaims(tokens, refused)

  /** @throws Refusal with what to answer */
  const authenticate = async (req: Request): Promise<{ token: Kept; user: KnownUser }> => {
    const token = await readToken(req)
    const user = await sessions.check(token)
    if (user === null) throw new Refusal('session_ended', 'This session has ended. Sign in again.')
    return { token, user }
  }

  /** The same where nobody has to be asked and it is a yes; null leaves the answer to `authenticate`. */
  const recognise = (req: Request): KnownUser | null => {
    const credential = peekToken(req)
    if (credential === null) return null
    try {
      const token = tokens.verifyNow(credential)
      return (token && sessions.fromMemory(token)) ?? null
    } catch (error) {
      refused.set(req.rawHeaders, { token: credential, error })
      return null
    }
  }
  return { authenticate, recognise }
}
export type Authenticate = (req: Request) => Promise<{ user: KnownUser }>
export type Recognise = (req: Request) => KnownUser | null
