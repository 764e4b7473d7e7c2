import { AppError } from '@gatehouse/service'
import type { RequestHandler } from 'express'

/** Lets on who names this grant, or none. RFC 6749 §5.2 has an error of its own for another one. */
export const requireGrantType =
  (grantType: string): RequestHandler =>
  (req, _res, next) => {
    const given: unknown = (req.body as { grant_type?: unknown } | null)?.grant_type
    if (typeof given === 'string' && given !== '' && given !== grantType) {
      const oauthError = 'unsupported_grant_type'
      throw new AppError('invalid', 'unsupported_grant_type', `grant_type is ${grantType} here.`, { oauthError })
    }
    next()
  }
