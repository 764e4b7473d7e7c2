import express, { type ErrorRequestHandler } from 'express'
import { expressjwt, type GetVerificationKey, type Request, UnauthorizedError } from 'express-jwt'
import jwksRsa from 'jwks-rsa'
import { contest, userHeaders, usersById } from './contestant.ts'

/** Express with express-jwt and jwks-rsa as in their manuals, and a Map as the user table. */
contest(async ({ issuer, audience, jwksUri, people, refused }) => {
  const users = usersById(people)
  const secret = jwksRsa.expressJwtSecret({ jwksUri, cache: true, rateLimit: true }) as GetVerificationKey
  const app = express()
  // The gateway sends neither, and computing an ETag would cost time.
  app.disable('x-powered-by')
  app.disable('etag')
  app.use(expressjwt({ secret, issuer, audience, algorithms: ['RS256'] }))
  app.get('/auth/me', (req: Request, res) => {
    const user = users.get(req.auth?.sub ?? '')
    if (!user) return void res.sendStatus(401)
    res.set('Cache-Control', 'no-store').json(user)
  })
  app.get('/auth/verify', (req: Request, res) => {
    const user = users.get(req.auth?.sub ?? '')
    if (!user) return void res.sendStatus(401)
    res.status(204).set(userHeaders(user)).end()
  })
  const refuse: ErrorRequestHandler = (error, _req, res, next) => {
    if (!(error instanceof UnauthorizedError)) return next(error)
    res.status(401).set(refused.headers).end(refused.body)
  }
  app.use(refuse)
  return app.listen(0, '127.0.0.1')
})
