import type { RequestHandler } from 'express'
import type { LogOut } from '../sessions/log-out.ts'
import { signedIn } from './authenticate.ts'

export const logoutRoute =
  (logOut: LogOut): RequestHandler =>
  async (_req, res) => {
    const { user, session } = signedIn(res)
    await logOut(user, { id: session.id }, 'logout')
    res.status(204).end()
  }
