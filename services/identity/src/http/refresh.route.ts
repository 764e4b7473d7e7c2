import { refreshForm } from '@gatehouse/contracts'
import { parseRequest } from '@gatehouse/service'
import type { RequestHandler } from 'express'
import type { SignIn } from '../sign-in/sign-in.ts'
import { originOf } from './origin.ts'

export const refreshRoute =
  ({ refresh }: SignIn): RequestHandler =>
  async (req, res) => {
    const { refresh_token } = parseRequest(refreshForm, req.body)
    res.set('Cache-Control', 'no-store').json(await refresh(refresh_token, originOf(req).address))
  }
