import type { AuditPage, AuditQuery } from '@gatehouse/contracts'
import { formBody, formOrJsonBody, jsonBody, jsonBodyUpTo, type Route, tokenEndpoint } from '@gatehouse/service'
import type { RequestHandler } from 'express'
import type { ChangeOwnPassword } from '../accounts/change-password.ts'
import type { UserChanges } from '../accounts/change-user.ts'
import type { ReadSnapshot } from '../accounts/read-snapshot.ts'
import type { SigningKeys } from '../keys/signing-keys.ts'
import type { History } from '../outbox/history.repository.ts'
import type { LogIn } from '../sign-in/log-in.ts'
import type { LogOut } from '../sign-in/log-out.ts'
import type { LookUpSessions } from '../sign-in/look-up-sessions.ts'
import type { Refresh } from '../sign-in/refresh.ts'
import type { TokenInspection } from '../sign-in/token-inspection.ts'
import { auditRoute } from './audit.route.ts'
import { requireAdmin } from './authenticate.ts'
import type { EventStreams } from './event-streams.ts'
import { requireGrantType } from './grant-type.ts'
import { eventsRoute, snapshotRoute } from './history.routes.ts'
import { loginRoute } from './login.route.ts'
import { logoutRoute } from './logout.route.ts'
import { ownPasswordRoute } from './own-password.route.ts'
import {
  endOtherSessionsRoute,
  endSessionRoute,
  type FindSessionPage,
  listSessionsRoute,
} from './own-sessions.routes.ts'
import { refreshRoute } from './refresh.route.ts'
import type { RequireService } from './require-service.ts'
import { sessionLookupRoute } from './session-lookup.route.ts'
import { introspectTokenRoute, revokeTokenRoute } from './token-inspection.routes.ts'
import type { userHandlers } from './users.routes.ts'
import { jwksRoute, metadataRoute } from './well-known.routes.ts'

type Needs = {
  issuer: string
  keys: Pick<SigningKeys, 'jwks'>
  jwksMaxAgeSeconds: number
  authenticate: RequestHandler
  requireService: RequireService
  logIn: LogIn
  refresh: Refresh
  logOut: LogOut
  findSessionPage: FindSessionPage
  changes: UserChanges
  changeOwnPassword: ChangeOwnPassword
  tokenInspection: TokenInspection
  users: ReturnType<typeof userHandlers>
  importUsers: RequestHandler
  findAuditPage: (query: AuditQuery) => Promise<AuditPage>
  lookUpSessions: LookUpSessions
  readHistory: History['readPage']
  serveEvents: EventStreams['serve']
  readSnapshot: ReadSnapshot
}

// As many ids as may be asked for at once are more than the usual 16 KiB.
const maxLookUpBytes = 32 * 1024

/** Every path of identity. */
export const routes = (it: Needs): Route[] => {
  const admin = [it.authenticate, requireAdmin]
  return [
    ['POST', '/auth/login', tokenEndpoint, formOrJsonBody, requireGrantType('password'), loginRoute(it.logIn)],
    [
      'POST',
      '/auth/refresh',
      tokenEndpoint,
      formOrJsonBody,
      requireGrantType('refresh_token'),
      refreshRoute(it.refresh),
    ],
    ['POST', '/auth/logout', it.authenticate, logoutRoute(it.logOut)],
    ['GET', '/auth/sessions', it.authenticate, listSessionsRoute(it.findSessionPage)],
    ['DELETE', '/auth/sessions', it.authenticate, endOtherSessionsRoute(it.changes)],
    ['DELETE', '/auth/sessions/:id', it.authenticate, endSessionRoute(it.logOut)],
    ['POST', '/auth/password', it.authenticate, jsonBody, ownPasswordRoute(it.changeOwnPassword)],

    ['GET', '/users', ...admin, it.users.list],
    ['POST', '/users', ...admin, jsonBody, it.users.create],
    ['POST', '/users/import', ...admin, it.importUsers],
    ['GET', '/users/:id', ...admin, it.users.read],
    ['PATCH', '/users/:id', ...admin, jsonBody, it.users.change],
    ['DELETE', '/users/:id', ...admin, it.users.remove],
    ['POST', '/users/:id/activate', ...admin, it.users.activate],
    ['POST', '/users/:id/deactivate', ...admin, it.users.deactivate],
    ['POST', '/users/:id/password', ...admin, jsonBody, it.users.setPassword],
    ['DELETE', '/users/:id/sessions', ...admin, it.users.endSessions],
    ['GET', '/audit', ...admin, auditRoute(it.findAuditPage)],

    ['GET', '/events', it.requireService('events.read'), eventsRoute(it.readHistory, it.serveEvents)],
    ['GET', '/events/snapshot', it.requireService('events.read'), snapshotRoute(it.readSnapshot)],

    [
      'POST',
      '/oauth/revoke',
      tokenEndpoint,
      it.requireService('tokens.revoke'),
      formBody,
      revokeTokenRoute(it.tokenInspection),
    ],
    [
      'POST',
      '/oauth/introspect',
      tokenEndpoint,
      it.requireService('tokens.introspect'),
      formBody,
      introspectTokenRoute(it.tokenInspection),
    ],
    ['GET', '/.well-known/jwks.json', jwksRoute(it.keys.jwks, it.jwksMaxAgeSeconds)],
    ['GET', '/.well-known/oauth-authorization-server', metadataRoute(it.issuer)],
    [
      'POST',
      '/internal/sessions/lookup',
      it.requireService('sessions.lookup'),
      jsonBodyUpTo(maxLookUpBytes),
      sessionLookupRoute(it.lookUpSessions),
    ],
  ]
}
