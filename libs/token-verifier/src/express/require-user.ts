import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { AccessTokenClaims, Problem } from '@gatehouse/contracts'
import type { Log } from '@gatehouse/events'
import type { Request, RequestHandler, Response } from 'express'
import { createAuthenticate, createReadClaims } from '../authenticate.ts'
import { startKeySet } from '../keys/key-set.ts'
import { Refusal } from '../refusal.ts'
import { startLiveSessions } from '../sessions/live-sessions.ts'
import { createTokenVerifier } from '../tokens/verify-token.ts'

/** The user who sent a request: from the token, or with live revocation the current state at identity. */
export type RequestUser = {
  id: string
  username: string
  roles: readonly string[]
  claims: AccessTokenClaims
}

declare global {
  namespace Express {
    interface Request {
      /** Set by `requireUser`. */
      user?: RequestUser
    }
  }
}

export type RequireUserOptions = {
  /** `iss` of the tokens: the public address of Gatehouse, such as `https://example.com/api`. */
  issuer: string
  /** `aud` that a token must include. */
  audience: string
  /** Where to fetch the key set, if not at `<issuer>/.well-known/jwks.json`. */
  jwksUri?: string
  /** How long keys are trusted that cannot be fetched again; after that the answer is 503. An hour by default, a week at most. */
  maxKeyAgeSeconds?: number
  /** Nothing is logged by default. */
  log?: Log
} & (
  | { events?: undefined; identity?: undefined }
  | {
      /** `amqp://user:password@host`: with the broker's events, a revoked session is refused within a second. */
      events: string
      /** `http://name:secret@host`: looks up sessions that are not in memory; required with `events`. */
      identity: string
    }
)

const send = (res: Response, { status, code, message, headers }: Refusal) => {
  const title = STATUS_CODES[status] ?? 'Error'
  const problem: Problem = { type: 'about:blank', title, status, detail: message, code, request_id: randomUUID() }
  res.status(status).set(headers).type('application/problem+json').json(problem)
}

const userOfClaims = (claims: AccessTokenClaims): RequestUser => ({
  id: claims.sub,
  username: claims.preferred_username,
  roles: claims.roles,
  claims,
})

/** Starts what the options ask for. @returns how to find the user of a request, and how to stop */
const startAuthentication = ({
  issuer,
  audience,
  jwksUri,
  maxKeyAgeSeconds,
  log,
  events,
  identity,
}: RequireUserOptions) => {
  if ((events === undefined) !== (identity === undefined)) {
    throw new Error(
      'Live revocation needs both `events` and `identity`: only identity knows sessions that ended before the start.',
    )
  }
  const uri = jwksUri ?? `${issuer}/.well-known/jwks.json`
  const keys = startKeySet({
    jwksUri: uri,
    ...(maxKeyAgeSeconds !== undefined && { maxKeyAgeSeconds }),
    onError: (error) => log?.warn({ err: error }, 'cannot fetch the key set'),
  })
  const stop = () => keys.stop()
  try {
    const readClaims = createReadClaims(createTokenVerifier({ issuer, audience, keys }))
    if (events === undefined || identity === undefined) {
      return { read: async (req: Request) => userOfClaims(await readClaims(req)), stop: async () => stop() }
    }
    const sessions = startLiveSessions({ events, identity, keys, ...(log && { log }) })
    const authenticate = createAuthenticate(readClaims, sessions.check)
    const read = async (req: Request): Promise<RequestUser> => {
      const { claims, user } = await authenticate(req)
      const { id, username, roles } = user
      return { id, username, roles, claims }
    }
    return { read, stop: () => sessions.stop().finally(stop) }
  } catch (error) {
    stop()
    throw error
  }
}

/**
 * Express middleware that sets `req.user` for a request with a valid access token of this issuer, and answers 400, 401 or 503
 * otherwise (RFC 6750 §3). Without `events` and `identity` a token is accepted until it expires, with them until its session
 * ends. `close()` stops fetching keys and closes connections.
 * @throws Error for options that would disable a check
 */
export const requireUser = (options: RequireUserOptions): RequestHandler & { close: () => Promise<void> } => {
  const { read, stop } = startAuthentication(options)
  const handler: RequestHandler = async (req, res, next) => {
    try {
      req.user = await read(req)
    } catch (error) {
      return error instanceof Refusal ? send(res, error) : next(error)
    }
    next()
  }
  return Object.assign(handler, { close: stop })
}

/** Express middleware for use after `requireUser`: answers 403 unless the user has the role. */
export const requireRole =
  (role: string): RequestHandler =>
  (req, res, next) =>
    req.user?.roles.includes(role)
      ? next()
      : send(res, new Refusal('insufficient_scope', `This call requires the role ${role}.`))
