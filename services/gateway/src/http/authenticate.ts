import type { IncomingMessage } from 'node:http'
import { AppError } from '@gatehouse/service'
import { CannotVerifyError, challenge, readBearer, TokenError, type VerifyToken } from '@gatehouse/token-verifier'
import type { CheckSession } from '../sessions/check-session.ts'
import type { KnownUser } from '../sessions/session-directory.ts'

const missing = () =>
  new AppError('unauthenticated', 'token_missing', 'Sign in first.', { headers: { 'WWW-Authenticate': challenge() } })
const malformed = () =>
  new AppError('invalid', 'invalid_request', 'Send one bearer token in the Authorization header.', {
    headers: { 'WWW-Authenticate': challenge('invalid_request') },
  })
const refused = (code: 'invalid_token' | 'session_ended', message: string, cause?: unknown) =>
  new AppError('unauthenticated', code, message, {
    headers: { 'WWW-Authenticate': challenge('invalid_token') },
    cause,
  })
const noKeys = (cause: unknown) =>
  new AppError('unavailable', 'cannot_verify', 'The keys to verify tokens have not been fetched yet.', {
    cause,
    headers: { 'Retry-After': '1' },
  })

type Needs = { verify: VerifyToken; checkSession: CheckSession }

/** Who sent this request: a genuine token, of a session that counts now. @throws AppError with what to answer (RFC 6750 §3) */
export const createAuthenticate = ({ verify, checkSession }: Needs) =>
  async function authenticate(req: Pick<IncomingMessage, 'headersDistinct'>): Promise<KnownUser> {
    const bearer = readBearer(req)
    if (bearer.kind === 'none') throw missing()
    if (bearer.kind === 'malformed') throw malformed()
    const { sid, sub } = await verify(bearer.token).catch((cause: unknown) => {
      if (cause instanceof CannotVerifyError) throw noKeys(cause)
      if (!(cause instanceof TokenError)) throw cause
      throw refused('invalid_token', 'The token is not good, or no longer. Sign in again.', cause)
    })
    const user = await checkSession(sid)
    if (user?.state.id !== sub) throw refused('session_ended', 'This session has ended. Sign in again.')
    return user
  }
export type Authenticate = ReturnType<typeof createAuthenticate>
