import { formBody, formOrJsonBody, jsonBody, jsonBodyUpTo, type Route, tokenEndpoint } from '@gatehouse/service'
import type { RequestHandler } from 'express'
import type { Accounts } from '../accounts/accounts.ts'
import type { Audit } from '../audit/audit.ts'
import type { SigningKeys } from '../keys/signing-keys.ts'
import type { History } from '../outbox/history.repository.ts'
import type { SignIn } from '../sign-in/sign-in.ts'
import { auditRoute } from './audit.route.ts'
import { requireAdmin } from './authenticate.ts'
import type { EventStreams } from './event-streams.ts'
import { requireGrantType } from './grant-type.ts'
import { eventsRoute, snapshotRoute } from './history.routes.ts'
import { importUsersRoute } from './import-users.route.ts'
import { loginRoute } from './login.route.ts'
import { logoutRoute } from './logout.route.ts'
import { ownPasswordRoute } from './own-password.route.ts'
import { endOtherSessionsRoute, endSessionRoute, listSessionsRoute } from './own-sessions.routes.ts'
import { refreshRoute } from './refresh.route.ts'
import type { RequireService } from './require-service.ts'
import { sessionLookupRoute } from './session-lookup.route.ts'
import { introspectTokenRoute, revokeTokenRoute } from './token-inspection.routes.ts'
import { userHandlers } from './users.routes.ts'
import { jwksRoute, metadataRoute } from './well-known.routes.ts'

type Needs = {
  issuer: string
  jwksMaxAgeSeconds: number
  keys: Pick<SigningKeys, 'jwks'>
  authenticate: RequestHandler
  requireService: RequireService
  signIn: SignIn
  accounts: Accounts
  audit: Pick<Audit, 'findPage'>
  history: History
  streams: EventStreams
}

// As many ids as may be asked for at once are more than the usual 16 KiB.
const maxLookUpBytes = 32 * 1024

/** Every path of identity. */
export const routes = (it: Needs): Route[] => {
  const admin = [it.authenticate, requireAdmin]
  const users = userHandlers(it.accounts)
  return [
    ['POST', '/auth/login', tokenEndpoint, formOrJsonBody, requireGrantType('password'), loginRoute(it.signIn)],
    [
      'POST',
      '/auth/refresh',
      tokenEndpoint,
      formOrJsonBody,
      requireGrantType('refresh_token'),
      refreshRoute(it.signIn),
    ],
    ['POST', '/auth/logout', it.authenticate, logoutRoute(it.signIn)],
    ['GET', '/auth/sessions', it.authenticate, listSessionsRoute(it.signIn)],
    ['DELETE', '/auth/sessions', it.authenticate, endOtherSessionsRoute(it.accounts)],
    ['DELETE', '/auth/sessions/:id', it.authenticate, endSessionRoute(it.signIn)],
    ['POST', '/auth/password', it.authenticate, jsonBody, ownPasswordRoute(it.signIn)],

    ['GET', '/users', ...admin, users.list],
    ['POST', '/users', ...admin, jsonBody, users.create],
    ['POST', '/users/import', ...admin, importUsersRoute(it.accounts)],
    ['GET', '/users/:id', ...admin, users.read],
    ['PATCH', '/users/:id', ...admin, jsonBody, users.change],
    ['DELETE', '/users/:id', ...admin, users.remove],
    ['POST', '/users/:id/activate', ...admin, users.activate],
    ['POST', '/users/:id/deactivate', ...admin, users.deactivate],
    ['POST', '/users/:id/password', ...admin, jsonBody, users.setPassword],
    ['DELETE', '/users/:id/sessions', ...admin, users.endSessions],
    ['GET', '/audit', ...admin, auditRoute(it.audit)],

    ['GET', '/events', it.requireService('events.read'), eventsRoute(it.history, it.streams)],
    ['GET', '/events/snapshot', it.requireService('events.read'), snapshotRoute(it.accounts)],

    ['POST', '/oauth/revoke', tokenEndpoint, it.requireService('tokens.revoke'), formBody, revokeTokenRoute(it.signIn)],
    [
      'POST',
      '/oauth/introspect',
      tokenEndpoint,
      it.requireService('tokens.introspect'),
      formBody,
      introspectTokenRoute(it.signIn),
    ],
    ['GET', '/.well-known/jwks.json', jwksRoute(it.keys.jwks, it.jwksMaxAgeSeconds)],
    ['GET', '/.well-known/oauth-authorization-server', metadataRoute(it.issuer)],
    [
      'POST',
      '/internal/sessions/lookup',
      it.requireService('sessions.lookup'),
      jsonBodyUpTo(maxLookUpBytes),
      sessionLookupRoute(it.signIn),
    ],
  ]
}
