import { api } from '@gatehouse/contracts'
import { createOn, type Guards, type Route } from '@gatehouse/service'
import type { Accounts } from '../accounts/accounts.ts'
import type { Audit } from '../audit/audit.ts'
import type { SigningKeys } from '../keys/signing-keys.ts'
import type { History } from '../outbox/history.repository.ts'
import type { SignIn } from '../sign-in/sign-in.ts'
import type { Caller } from './authenticate.ts'
import type { EventStreams } from './event-streams.ts'
import { eventsRoute } from './history.routes.ts'
import { importUsersRoute } from './import-users.route.ts'
import { endSession, listSessions } from './own-sessions.routes.ts'
import { userHandlers } from './users.routes.ts'
import { jwksRoute, metadataRoute } from './well-known.routes.ts'

type Needs = {
  issuer: string
  jwksMaxAgeSeconds: number
  keys: Pick<SigningKeys, 'jwks'>
  guards: Guards<Caller>
  signIn: SignIn
  accounts: Accounts
  audit: Pick<Audit, 'findPage'>
  history: History
  streams: EventStreams
}

/** All routes of identity. Authorization and parsing follow from the declared calls (libs/contracts/src/api). */
export const routes = (needs: Needs): Route[] => {
  const { issuer, jwksMaxAgeSeconds, keys, guards, signIn, accounts, audit, history, streams } = needs
  const { on, plain } = createOn(guards)
  const users = userHandlers(accounts)
  return [
    on(api.logIn, ({ body: { username, password, new_password: newPassword, client_id }, origin }) =>
      signIn.logIn({ username, password, newPassword, clientId: client_id || 'gatehouse' }, origin),
    ),
    on(api.refresh, ({ body, origin }) => signIn.refresh(body.refresh_token, origin.address)),
    on(api.logOut, ({ caller }) => signIn.logOut(caller.session, 'logout', caller.actor)),
    on(api.listSessions, listSessions(signIn)),
    on(api.endOtherSessions, ({ caller: { user, session, actor } }) =>
      accounts.endSessions(user.id, { reason: 'ended_by_user', except: session.id }, actor),
    ),
    on(api.endSession, endSession(signIn)),
    on(api.changePassword, ({ body: { current_password: current, new_password: next }, caller, origin }) =>
      signIn.changeOwnPassword({ ...caller, current, next, origin }),
    ),

    on(api.listUsers, users.listUsers),
    on(api.createUser, users.createUser),
    plain(api.importUsers, importUsersRoute(accounts)),
    on(api.readUser, users.readUser),
    on(api.changeUser, users.changeUser),
    on(api.deleteUser, users.deleteUser),
    on(api.activateUser, users.activateUser),
    on(api.deactivateUser, users.deactivateUser),
    on(api.setPassword, users.setPassword),
    on(api.endSessionsOfUser, users.endSessionsOfUser),
    on(api.readAudit, ({ query }) => audit.findPage(query)),

    plain(api.readEvents, eventsRoute(history, streams)),
    on(api.readSnapshot, ({ query }) => accounts.snapshot(query)),
    on(api.revokeToken, ({ body }) => signIn.revoke(body.token)),
    on(api.introspectToken, ({ body }) => signIn.introspect(body.token)),
    on(api.lookUpSessions, ({ body }) => signIn.lookUp(body.ids)),
    plain(api.readJwks, jwksRoute(keys.jwks, jwksMaxAgeSeconds)),
    plain(api.readMetadata, metadataRoute(issuer)),
  ]
}
