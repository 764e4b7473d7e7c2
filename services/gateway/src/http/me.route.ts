import type { Authenticate } from '@gatehouse/token-verifier'
import type { RequestHandler } from 'express'
import { meBody, meHeaders } from './user-answers.ts'

export const meRoute =
  (authenticate: Authenticate): RequestHandler =>
  async (req, res) => {
    const { user } = await authenticate(req)
    res.set(meHeaders).end(meBody(user))
  }
