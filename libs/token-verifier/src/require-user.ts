import { randomUUID } from 'node:crypto'
import type { AccessTokenClaims, Problem } from '@gatehouse/contracts'
import type { RequestHandler, Response } from 'express'
import { challenge, readBearer } from './bearer.ts'
import { startKeySet } from './key-set.ts'
import { CannotVerifyError, TokenError } from './token-error.ts'
import { createTokenVerifier } from './verify-token.ts'

declare global {
  namespace Express {
    interface Request {
      /** Who the token names; set by `requireUser`. */
      user?: AccessTokenClaims
    }
  }
}

const refuse = (
  res: Response,
  status: 400 | 401 | 403 | 503,
  code: string,
  detail: string,
  header: [string, string],
) => {
  const title = { 400: 'Bad Request', 401: 'Unauthorized', 403: 'Forbidden', 503: 'Service Unavailable' }[status]
  const problem: Problem = { type: 'about:blank', title, status, detail, code, request_id: randomUUID() }
  res
    .status(status)
    .set(...header)
    .type('application/problem+json')
    .json(problem)
}

type Options = { issuer: string; audience: string; jwksUri?: string }

/**
 * Express middleware: lets a request on when it carries a good access token of this issuer, and sets `req.user`; else
 * answers 400, 401 or 503 as RFC 6750 §3 has it. It verifies by the published keys alone.
 */
export const requireUser = ({
  issuer,
  audience,
  jwksUri = `${issuer}/.well-known/jwks.json`,
}: Options): RequestHandler => {
  const verify = createTokenVerifier({ issuer, audience, keys: startKeySet({ jwksUri }) })
  return async (req, res, next) => {
    const bearer = readBearer(req)
    if (bearer.kind === 'none') {
      return refuse(res, 401, 'token_missing', 'Sign in first.', ['WWW-Authenticate', challenge()])
    }
    if (bearer.kind === 'malformed') {
      const detail = 'Send one bearer token in the Authorization header.'
      return refuse(res, 400, 'invalid_request', detail, ['WWW-Authenticate', challenge('invalid_request')])
    }
    try {
      req.user = await verify(bearer.token)
    } catch (error) {
      if (error instanceof CannotVerifyError) return refuse(res, 503, error.code, error.message, ['Retry-After', '1'])
      if (!(error instanceof TokenError)) return next(error)
      const header: [string, string] = ['WWW-Authenticate', challenge('invalid_token')]
      return refuse(res, 401, 'invalid_token', 'The token is not good, or no longer. Sign in again.', header)
    }
    next()
  }
}

/** Put behind `requireUser`: answers 403 unless the user has the role. */
export const requireRole =
  (role: string): RequestHandler =>
  (req, res, next) => {
    if (req.user?.roles.includes(role)) return next()
    const header: [string, string] = ['WWW-Authenticate', challenge('insufficient_scope')]
    refuse(res, 403, 'insufficient_scope', `This needs the role ${role}.`, header)
  }
