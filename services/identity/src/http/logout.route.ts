import type { RequestHandler } from 'express'
import type { SignIn } from '../sign-in/sign-in.ts'
import { actorOf, signedIn } from './authenticate.ts'

export const logoutRoute =
  ({ logOut }: SignIn): RequestHandler =>
  async (_req, res) => {
    await logOut(signedIn(res).session, 'logout', actorOf(res))
    res.status(204).end()
  }
