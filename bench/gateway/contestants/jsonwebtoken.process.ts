import { createPublicKey } from 'node:crypto'
import express from 'express'
import jwt from 'jsonwebtoken'
import { contest } from './contestant.ts'

/** Express and one `verify`, with the key and the response in memory: the minimum that verifies a token. */
contest(async ({ publicPem, accepted, refused }) => {
  const key = createPublicKey(publicPem)
  const yes = Buffer.from(accepted.body)
  const no = Buffer.from(refused.body)
  const app = express()
  app.disable('x-powered-by')
  app.get(['/auth/me', '/auth/verify'], (req, res) => {
    try {
      jwt.verify(req.headers.authorization?.slice('Bearer '.length) ?? '', key, { algorithms: ['RS256'] })
    } catch {
      return void res.status(401).set(refused.headers).end(no)
    }
    res.status(accepted.status).set(accepted.headers).end(yes)
  })
  return app.listen(0, '127.0.0.1')
})
