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

/** Who sent a request: as the token says, or with live revocation as identity knew a moment ago. */
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
  /** `iss` of the tokens: where Gatehouse is reached from outside, such as `https://example.com/api`. */
  issuer: string
  /** `aud` that a token must name. */
  audience: string
  /** Where the keys are, if not below the issuer. */
  jwksUri?: string
  /** Keys that could not be fetched anew for so long count no more, and the answer is 503. An hour by default. */
  maxKeyAgeSeconds?: number
  log?: Log
} & (
  | { events?: undefined; identity?: undefined }
  | {
      /** `amqp://user:password@host`: a revoked session is refused within a second, like at the gateway. */
      events: string
      /** `http://name:secret@host`: asked about sessions that no event has told of; needed with `events`. */
      identity: string
    }
)

const send = (res: Response, { status, code, message, headers }: Refusal) => {
  const title = STATUS_CODES[status] ?? 'Error'
  const problem: Problem = { type: 'about:blank', title, status, detail: message, code, request_id: randomUUID() }
  res.status(status).set(headers).type('application/problem+json').json(problem)
}

const ofClaims = (claims: AccessTokenClaims): RequestUser => ({
  id: claims.sub,
  username: claims.preferred_username,
  roles: claims.roles,
  claims,
})

/** How to tell who sent a request, and how to stop telling. */
const startReading = ({ issuer, audience, jwksUri, maxKeyAgeSeconds, log, events, identity }: RequireUserOptions) => {
  if ((events === undefined) !== (identity === undefined)) {
    throw new Error('Live revocation needs `events` and `identity`: no event tells of a session that ended before.')
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
      return { read: async (req: Request) => ofClaims(await readClaims(req)), stop: async () => stop() }
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
 * Express middleware: lets a request on when it carries a good access token of this issuer, and sets `req.user`; else
 * answers 400, 401 or 503 as RFC 6750 §3 has it. With the keys alone a token counts until it expires; with `events` and
 * `identity` until its session ends. `close()` ends what it keeps open.
 * @throws Error at once for options that would check nothing
 */
export const requireUser = (options: RequireUserOptions): RequestHandler & { close: () => Promise<void> } => {
  const { read, stop } = startReading(options)
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

/** Put behind `requireUser`: answers 403 unless the user has the role. */
export const requireRole =
  (role: string): RequestHandler =>
  (req, res, next) =>
    req.user?.roles.includes(role)
      ? next()
      : send(res, new Refusal('insufficient_scope', `This call requires the role ${role}.`))
