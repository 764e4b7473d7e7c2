import { formOrJsonBody, jsonBody, type Route, tokenEndpoint } from '@gatehouse/service'
import type { RequestHandler } from 'express'
import type { SigningKeys } from '../keys/signing-keys.ts'
import type { LogIn } from '../sessions/log-in.ts'
import type { LogOut } from '../sessions/log-out.ts'
import type { LookUpSessions } from '../sessions/look-up-sessions.ts'
import type { SetUserActive } from '../users/set-user-active.ts'
import { requireAdmin } from './authenticate.ts'
import { loginRoute } from './login.route.ts'
import { logoutRoute } from './logout.route.ts'
import { sessionLookupRoute } from './session-lookup.route.ts'
import { userActiveRoute } from './user-active.route.ts'
import { jwksRoute, metadataRoute } from './well-known.routes.ts'

type Needs = {
  issuer: string
  keys: SigningKeys
  authenticate: RequestHandler
  requireService: RequestHandler
  logIn: LogIn
  logOut: LogOut
  setUserActive: SetUserActive
  lookUpSessions: LookUpSessions
}

/** Every path of identity. */
export const routes = (it: Needs): Route[] => [
  ['POST', '/auth/login', tokenEndpoint, formOrJsonBody, loginRoute(it.logIn)],
  ['POST', '/auth/logout', it.authenticate, logoutRoute(it.logOut)],
  ['POST', '/users/:id/deactivate', it.authenticate, requireAdmin, userActiveRoute(it.setUserActive, false)],
  ['POST', '/users/:id/activate', it.authenticate, requireAdmin, userActiveRoute(it.setUserActive, true)],
  ['GET', '/.well-known/jwks.json', jwksRoute(it.keys.jwks)],
  ['GET', '/.well-known/oauth-authorization-server', metadataRoute(it.issuer)],
  ['POST', '/internal/sessions/lookup', it.requireService, jsonBody, sessionLookupRoute(it.lookUpSessions)],
]
