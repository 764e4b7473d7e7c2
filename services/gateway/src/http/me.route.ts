import type { RequestHandler } from 'express'
import type { Authenticate } from './authenticate.ts'

export const meRoute =
  (authenticate: Authenticate): RequestHandler =>
  async (req, res) => {
    const { body } = await authenticate(req)
    res.set({ 'Cache-Control': 'no-store', 'Content-Type': 'application/json; charset=utf-8' }).end(body)
  }
