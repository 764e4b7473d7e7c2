import type { Authenticate } from '@gatehouse/token-verifier'
import type { RequestHandler } from 'express'
import { meAnswer } from './user-answers.ts'

export const meRoute =
  (authenticate: Authenticate): RequestHandler =>
  async (req, res) => {
    const { status, headers, body } = meAnswer((await authenticate(req)).user)
    res.writeHead(status, headers).end(body)
  }
