import { sessionLookup } from '@gatehouse/contracts'
import { parseRequest } from '@gatehouse/service'
import type { RequestHandler } from 'express'
import type { LookUpSessions } from '../sign-in/look-up-sessions.ts'

export const sessionLookupRoute =
  (lookUpSessions: LookUpSessions): RequestHandler =>
  async (req, res) => {
    const { ids } = parseRequest(sessionLookup, req.body)
    res.set('Cache-Control', 'no-store').json(await lookUpSessions(ids))
  }
