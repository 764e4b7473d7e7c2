import type { Authenticate } from '@gatehouse/token-verifier'
import type { RequestHandler } from 'express'
import { verifyHeaders } from './user-answers.ts'

/** For `auth_request` of Nginx. */
export const verifyRoute =
  (authenticate: Authenticate): RequestHandler =>
  async (req, res) => {
    const { user } = await authenticate(req)
    res.status(204).set(verifyHeaders(user)).end()
  }
