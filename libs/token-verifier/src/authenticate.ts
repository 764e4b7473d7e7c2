import type { IncomingMessage } from 'node:http'
import { andThen, type MaybePromise } from './maybe-promise.ts'
import { Refusal } from './refusal.ts'
import type { CheckSession, SessionRef } from './sessions/check-session.ts'
import type { SessionUser } from './sessions/session-directory.ts'
import { CannotVerifyError, TokenError } from './token-error.ts'
import { findBearer, isBearerToken } from './tokens/bearer.ts'

type Request = Pick<IncomingMessage, 'rawHeaders'>

/** Reads a credential that leads to a session. @throws Refusal when it is missing or invalid */
export type ReadCredential<Claims> = (req: Request) => MaybePromise<Claims>
/** The user who sent a request. @throws Refusal with the response to send */
export type Authenticate<Claims = SessionRef> = (req: Request) => MaybePromise<{ claims: Claims; user: SessionUser }>

const malformed = () => new Refusal('invalid_request', 'Send one bearer token in the Authorization header.')

const refusalOf = (cause: unknown, token: string) => {
  if (!(cause instanceof TokenError || cause instanceof CannotVerifyError)) return cause
  if (!isBearerToken(token)) return malformed()
  if (cause instanceof CannotVerifyError) return new Refusal('cannot_verify', cause.message, { cause })
  return new Refusal('invalid_token', 'The access token is invalid or expired. Sign in again.', { cause })
}

type Tokens<Claims> = { verify: (token: string) => MaybePromise<Claims> }

/** Reads the claims of the bearer token of a request (RFC 6750 §3). */
export const createReadClaims =
  <Claims>({ verify }: Tokens<Claims>): ReadCredential<Claims> =>
  (req) => {
    const token = findBearer(req)
    if (token === undefined) throw new Refusal('token_missing', 'The request has no access token. Sign in first.')
    if (token === null) throw malformed()
    const refuse = (cause: unknown): never => {
      throw refusalOf(cause, token)
    }
    try {
      const claims = verify(token)
      return claims instanceof Promise ? claims.catch(refuse) : claims
    } catch (cause) {
      return refuse(cause)
    }
  }

/** Accepts a valid credential of any kind whose session is active. */
export const createAuthenticate =
  <Claims extends SessionRef>(readCredential: ReadCredential<Claims>, check: CheckSession): Authenticate<Claims> =>
  (req) =>
    andThen(readCredential(req), (claims) =>
      andThen(check(claims), (user) => {
        if (user === null) throw new Refusal('session_ended', 'This session has ended. Sign in again.')
        return { claims, user }
      }),
    )
