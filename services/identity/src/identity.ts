import { startPublisher } from '@gatehouse/events'
import { assemble, createHealth, createMetrics, type Logger, serve } from '@gatehouse/service'
import { createReadClaims } from '@gatehouse/token-verifier'
import { createAccounts } from './accounts/accounts.ts'
import { auditIn } from './audit/audit.repository.ts'
import { createRefusalRecord } from './audit/refusal-record.ts'
import type { IdentityConfig } from './config.ts'
import { asDatabaseOutage, checkDatabase, openDatabase } from './database.ts'
import { createAuthenticate } from './http/authenticate.ts'
import { createEventStreams } from './http/event-streams.ts'
import { createRequireService } from './http/require-service.ts'
import { routes } from './http/routes.ts'
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
import { createSignIn } from './sign-in/sign-in.ts'
import { createLoginThrottle } from './throttle/login-throttle.ts'
import { createOneAddressNotice } from './throttle/one-address.ts'
import { createTryPassword } from './throttle/try-password.ts'
import { createTokens } from './tokens/tokens.ts'
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
    const { issuer, sessions: times, maxSessionsPerUser: maxSessions } = config
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
    const tokens = createTokens(keys, config)
    const passwords = await openPasswords({ cost: config.argon2, contextWords: contextWordsOf(issuer) }, log)
    const followHashKinds = passwords.followKinds(() => usersIn(db.manager).findHashKinds(mostHashKinds))
    await followHashKinds()
    await own(repeat('follow the kinds of hashes', followHashKinds, hashKindsMs, log), (it) => it.stop())

    const throttle = createLoginThrottle(db, createOneAddressNotice(log))
    await own(repeat('forget old throttles', throttle.forgetOld, throttleSweepMs, log), (it) => it.stop())
    const refusals = await own(createRefusalRecord({ db, newEvent, log }), (it) => it.close())
    const tryPassword = createTryPassword({ db, passwords, throttle, newEvent, refusals, log })
    const accounts = createAccounts({ db, passwords, newEvent })
    const signIn = createSignIn({ db, newEvent, accounts, passwords, tryPassword, tokens, issuer, times, maxSessions })
    await own(repeat('sweep the sessions', signIn.sweep, sessionSweepMs, log), (it) => it.stop())
    await own(repeat('finish endings of sessions', accounts.finishEndings, sessionSweepMs, log), (it) => it.stop())

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
    const table = routes({
      issuer,
      jwksMaxAgeSeconds: config.jwksMaxAgeSeconds,
      keys,
      authenticate: createAuthenticate(createReadClaims(tokens), signIn.find),
      requireService: createRequireService(config.serviceCredentials),
      signIn,
      accounts,
      audit: auditIn(db.manager),
      history,
      streams,
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
