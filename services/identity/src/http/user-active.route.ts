import { userPath } from '@gatehouse/contracts'
import { parseRequest } from '@gatehouse/service'
import type { RequestHandler } from 'express'
import type { SetUserActive } from '../users/set-user-active.ts'
import { userStateOf } from '../users/user.ts'

/** Both directions: `POST /users/{id}/activate` and `/deactivate`. */
export const userActiveRoute =
  (setUserActive: SetUserActive, isActive: boolean): RequestHandler =>
  async (req, res) => {
    const { id } = parseRequest(userPath, req.params)
    res.json(userStateOf(await setUserActive(id, isActive)))
  }
