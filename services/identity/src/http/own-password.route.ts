import { passwordChange } from '@gatehouse/contracts'
import { parseRequest } from '@gatehouse/service'
import type { RequestHandler } from 'express'
import type { SignIn } from '../sign-in/sign-in.ts'
import { signedIn } from './authenticate.ts'
import { originOf } from './origin.ts'

/** `POST /auth/password` */
export const ownPasswordRoute =
  ({ changeOwnPassword }: SignIn): RequestHandler =>
  async (req, res) => {
    const { current_password: current, new_password: next } = parseRequest(passwordChange, req.body)
    await changeOwnPassword({ ...signedIn(res), current, next, origin: originOf(req) })
    res.status(204).end()
  }
