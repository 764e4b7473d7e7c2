import type { RequestHandler } from 'express'
import type { LogOut } from '../sign-in/log-out.ts'
import { actorOf, signedIn } from './authenticate.ts'

export const logoutRoute =
  (logOut: LogOut): RequestHandler =>
  async (_req, res) => {
    await logOut(signedIn(res).session, 'logout', actorOf(res))
    res.status(204).end()
  }
