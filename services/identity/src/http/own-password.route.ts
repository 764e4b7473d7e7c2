import { passwordChange } from '@gatehouse/contracts'
import { parseRequest } from '@gatehouse/service'
import type { RequestHandler } from 'express'
import type { PasswordChanges } from '../passwords/change-password.ts'
import { signedIn } from './authenticate.ts'

/** `POST /auth/password` */
export const ownPasswordRoute =
  ({ own }: PasswordChanges): RequestHandler =>
  async (req, res) => {
    const { current_password, new_password } = parseRequest(passwordChange, req.body)
    const { user, session } = signedIn(res)
    await own(user, session.id, current_password, new_password)
    res.status(204).end()
  }
