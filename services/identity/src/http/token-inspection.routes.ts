import { tokenForm } from '@gatehouse/contracts'
import { parseRequest } from '@gatehouse/service'
import type { RequestHandler } from 'express'
import type { SignIn } from '../sign-in/sign-in.ts'

/** `POST /oauth/revoke` (RFC 7009). */
export const revokeTokenRoute =
  ({ revoke }: SignIn): RequestHandler =>
  async (req, res) => {
    await revoke(parseRequest(tokenForm, req.body).token)
    res.set('Cache-Control', 'no-store').status(200).end()
  }

/** `POST /oauth/introspect` (RFC 7662). */
export const introspectTokenRoute =
  ({ introspect }: SignIn): RequestHandler =>
  async (req, res) => {
    res.set('Cache-Control', 'no-store').json(await introspect(parseRequest(tokenForm, req.body).token))
  }
