import type { Authenticate } from '@gatehouse/token-verifier'
import type { RequestHandler } from 'express'
import { verifyAnswer } from './user-answers.ts'

export const verifyRoute =
  (authenticate: Authenticate): RequestHandler =>
  async (req, res) => {
    const { status, headers } = verifyAnswer((await authenticate(req)).user)
    res.writeHead(status, headers).end()
  }
