import { loginForm } from '@gatehouse/contracts'
import { parseRequest } from '@gatehouse/service'
import type { RequestHandler } from 'express'
import type { SignIn } from '../sign-in/sign-in.ts'
import { originOf } from './origin.ts'

export const loginRoute =
  ({ logIn }: SignIn): RequestHandler =>
  async (req, res) => {
    const { username, password, new_password, client_id } = parseRequest(loginForm, req.body)
    const credentials = { username, password, newPassword: new_password, clientId: client_id || 'gatehouse' }
    const token = await logIn(credentials, originOf(req))
    res.set('Cache-Control', 'no-store').json(token)
  }
