import { startPublisher } from '@gatehouse/events'
import { assemble, createHealth, createMetrics, type Logger, serve } from '@gatehouse/service'
import { createReadClaims } from '@gatehouse/token-verifier'
import { createChangeOwnPassword, createReplacePassword } from './accounts/change-password.ts'
import { createFinishEndings } from './accounts/finish-endings.ts'
import { createReadSnapshot } from './accounts/read-snapshot.ts'
import { auditIn } from './audit/audit.repository.ts'
import { createRefusalRecord } from './audit/refusal-record.ts'
import type { IdentityConfig } from './config.ts'
import { asDatabaseOutage, checkDatabase, openDatabase } from './database.ts'
import { createAuthenticate } from './http/authenticate.ts'
import { createEventStreams } from './http/event-streams.ts'
import { importUsersRoute } from './http/import-users.route.ts'
import { createRequireService } from './http/require-service.ts'
import { routes } from './http/routes.ts'
import { userHandlers } from './http/users.routes.ts'
import { createKeyCipher } from './keys/key-cipher.ts'
import { keyReloadMs } from './keys/key-lifecycle.ts'
import { openSigningKeys } from './keys/signing-keys.ts'
import { historyIn } from './outbox/history.repository.ts'
import { createNewEvent } from './outbox/new-event.ts'
import { startRelay } from './outbox/relay.ts'
import { createRelayMetrics } from './outbox/relay-metrics.ts'
import { createLaptopPasswordWatch } from './passwords/laptop-password.ts'
import { contextWordsOf } from './passwords/new-password-rules.ts'
import { openPasswords } from './passwords/passwords.ts'
import { repeat } from './repeat.ts'
import { sessionsIn } from './sessions/sessions.repository.ts'
import { createLogIn } from './sign-in/log-in.ts'
import { createLookUpSessions } from './sign-in/look-up-sessions.ts'
import { createRefresh } from './sign-in/refresh.ts'
import { shareLookUps } from './sign-in/share-look-ups.ts'
import { createSweepSessions } from './sign-in/sweep-sessions.ts'
import { createTokenInspection } from './sign-in/token-inspection.ts'
import { createLoginThrottle } from './throttle/login-throttle.ts'
import { createOneAddressNotice } from './throttle/one-address.ts'
import { createTryPassword } from './throttle/try-password.ts'
import { createAccessTokens } from './tokens/access-tokens.ts'
import { createOwnTokens } from './tokens/own-tokens.ts'
import { createRefreshTokens } from './tokens/refresh-tokens.ts'
import { createTokens } from './tokens/tokens.ts'
import { createUseCases } from './use-cases.ts'
import { usersIn } from './users/users.repository.ts'

const throttleSweepMs = 600_000
const sessionSweepMs = 1_000
const laptopPasswordMs = 5_000
const hashKindsMs = 5_000
// Real tables hold a handful; an import that makes up costs shall not make this slow.
const mostHashKinds = 200

/** Builds every part and hands each what it needs. Parts close in reverse order, also when a later one fails to start. */
export const startIdentity = (config: IdentityConfig, log: Logger) =>
  assemble(async (own) => {
    const { issuer, audience, sessions: times } = config
    const metrics = createMetrics()
    const newEvent = createNewEvent(issuer)
    const db = await own(openDatabase(config.databaseUrl, log, config.databaseWithinMs), (it) => it.destroy())
    const publisher = await own(startPublisher({ url: config.brokerUrl, name: 'identity', log }), (it) => it.stop())
    const relayNeeds = {
      databaseUrl: config.databaseUrl,
      publisher,
      metrics: createRelayMetrics(metrics.registry),
      log,
    }
    const relay = await own(startRelay(relayNeeds), (it) => it.stop())

    const cipher = createKeyCipher(config.keySecrets)
    const keyNeeds = { db, cipher, newEvent, times: config.keyTimes, log, reloadMs: keyReloadMs }
    const keys = await own(openSigningKeys(keyNeeds), (it) => it.close())
    const refreshTokens = createRefreshTokens(config.keySecrets)
    const accessTokens = createAccessTokens(keys, { issuer, audience, lifetimeSeconds: config.accessTokenSeconds })
    const tokens = createTokens(accessTokens, refreshTokens)
    const passwords = await openPasswords({ cost: config.argon2, contextWords: contextWordsOf(issuer) }, log)
    const followHashKinds = passwords.followKinds(() => usersIn(db.manager).findHashKinds(mostHashKinds))
    await followHashKinds()
    await own(repeat('follow the kinds of hashes', followHashKinds, hashKindsMs, log), (it) => it.stop())
    const useCases = createUseCases({ db, passwords, newEvent })
    const { logOut, importUsers, changes } = useCases

    const throttle = createLoginThrottle(db, createOneAddressNotice(log))
    await own(repeat('forget old throttles', throttle.forgetOld, throttleSweepMs, log), (it) => it.stop())
    const refusals = await own(createRefusalRecord({ db, newEvent, log }), (it) => it.close())
    const tryPassword = createTryPassword({ db, passwords, throttle, newEvent, refusals, log })
    const sweepSessions = createSweepSessions({ db, newEvent })
    await own(repeat('sweep the sessions', sweepSessions, sessionSweepMs, log), (it) => it.stop())
    const finishEndings = createFinishEndings({ db, newEvent })
    await own(repeat('finish endings of sessions', finishEndings, sessionSweepMs, log), (it) => it.stop())

    const laptopPassword = createLaptopPasswordWatch({ ...usersIn(db.manager), passwords, log })
    await laptopPassword.look()
    await own(repeat('look for the laptop password', laptopPassword.look, laptopPasswordMs, log), (it) => it.stop())

    const history = historyIn(db.manager)
    const streams = createEventStreams({ history, log })
    const health = createHealth({
      postgres: () => checkDatabase(db),
      broker: () => brokerState(publisher.state()),
      relay: () => ({ state: 'up', leads: relay.state().leads }),
      laptop_password: laptopPassword.state,
    })
    const ownTokens = createOwnTokens(keys, { issuer, audience })
    // Of one session many requests may come at once, and the pool of connections is everybody's.
    const findLiveSession = shareLookUps(async (sid) => (await sessionsIn(db.manager).findLive([sid]))[0] ?? null)
    const table = routes({
      issuer,
      keys,
      jwksMaxAgeSeconds: config.jwksMaxAgeSeconds,
      authenticate: createAuthenticate(createReadClaims(ownTokens), findLiveSession),
      requireService: createRequireService(config.serviceCredentials),
      logIn: createLogIn({
        db,
        tryPassword,
        passwords,
        replacePassword: createReplacePassword({ passwords, changes }),
        tokens,
        newEvent,
        times,
        maxSessions: config.maxSessionsPerUser,
      }),
      refresh: createRefresh({ db, tokens, refreshTokens, newEvent, times }),
      logOut,
      findSessionPage: sessionsIn(db.manager).findPageOf,
      changes,
      changeOwnPassword: createChangeOwnPassword({ db, passwords, changes, tryPassword }),
      tokenInspection: createTokenInspection({ db, issuer, refreshTokens, readAccessToken: ownTokens.read, logOut }),
      users: userHandlers({ users: usersIn(db.manager), ...useCases }),
      importUsers: importUsersRoute(importUsers),
      findAuditPage: auditIn(db.manager).findPage,
      lookUpSessions: createLookUpSessions(db),
      readHistory: history.readPage,
      serveEvents: streams.serve,
      readSnapshot: createReadSnapshot(db.manager),
    })
    const { host, port, drainMs, proxySecret } = config
    const server = await own(
      serve(table, {
        health,
        metrics,
        log,
        host,
        port,
        drainMs,
        proxySecret,
        asRefusal: asDatabaseOutage,
        onRefused: refusals.refused,
      }),
      (it) => it.close(),
    )
    // Before the server, which waits for every answer under way.
    await own(streams, (it) => it.close())
    return { url: server.url }
  })

/** Without the broker everything but the events goes on, and those wait in the outbox. */
const brokerState = ({
  connected,
  blocked,
  lastError,
}: {
  connected: boolean
  blocked: boolean
  lastError: string | null
}) => {
  if (connected && !blocked) return { state: 'up' as const }
  return { state: 'degraded' as const, detail: blocked ? 'blocked by an alarm' : (lastError ?? 'connecting') }
}
