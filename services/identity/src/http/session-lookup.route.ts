import { sessionLookup } from '@gatehouse/contracts'
import { parseRequest } from '@gatehouse/service'
import type { RequestHandler } from 'express'
import type { SignIn } from '../sign-in/sign-in.ts'

export const sessionLookupRoute =
  ({ lookUp }: SignIn): RequestHandler =>
  async (req, res) => {
    const { ids } = parseRequest(sessionLookup, req.body)
    res.set('Cache-Control', 'no-store').json(await lookUp(ids))
  }
