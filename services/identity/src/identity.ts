import { startPublisher } from '@gatehouse/events'
import { assemble, createHealth, createMetrics, type Logger, serve } from '@gatehouse/service'
import { createReadClaims } from '@gatehouse/token-verifier'
import { createAccounts } from './accounts/accounts.ts'
import { createAudit } from './audit/audit.ts'
import type { IdentityConfig } from './config.ts'
import { createAuthenticate } from './http/authenticate.ts'
import { createEventStreams } from './http/event-streams.ts'
import { createRequireService } from './http/require-service.ts'
import { routes } from './http/routes.ts'
import { createKeyCipher } from './keys/key-cipher.ts'
import { openSigningKeys } from './keys/signing-keys.ts'
import { openDatabase, recogniseDatabaseOutage } from './open-database.ts'
import { historyIn } from './outbox/history.repository.ts'
import { createOutbox } from './outbox/outbox.repository.ts'
import { startRelay } from './outbox/relay.ts'
import { createRelayMetrics } from './outbox/relay-metrics.ts'
import { createLaptopPasswordWatch } from './passwords/laptop-password.ts'
import { openPasswords } from './passwords/passwords.ts'
import { readState } from './readiness.ts'
import { repeat } from './repeat.ts'
import { createSignIn } from './sign-in/sign-in.ts'
import { createLoginThrottle } from './throttle/login-throttle.ts'
import { createTryPassword } from './throttle/try-password.ts'
import { createTokens } from './tokens/tokens.ts'
import { usersIn } from './users/users.repository.ts'

/** Creates and connects all parts. They close in reverse order, also if a later one fails to start. */
export const startIdentity = (config: IdentityConfig, log: Logger) =>
  assemble(async (own) => {
    const { databaseUrl, issuer, jwksMaxAgeSeconds } = config
    const metrics = createMetrics()
    const db = await own(openDatabase(databaseUrl, log, config.databaseWithinMs), (it) => it.destroy())
    const publisher = await own(startPublisher({ url: config.brokerUrl, name: 'identity', log }), (it) => it.stop())
    const relayMetrics = createRelayMetrics(metrics.registry)
    const relay = await own(startRelay({ databaseUrl, publisher, metrics: relayMetrics, log }), (it) => it.stop())
    const outboxIn = createOutbox(issuer)
    const audit = await own(createAudit({ db, outboxIn, log }), (it) => it.close())

    const cipher = createKeyCipher(config.keySecrets)
    const keys = await own(openSigningKeys({ db, outboxIn, cipher, times: config.keyTimes, log }), (it) => it.close())
    const tokens = createTokens(keys, config)
    const passwords = await openPasswords(config, log)
    const throttle = createLoginThrottle(db, log)
    const tryPassword = createTryPassword({ db, outboxIn, passwords, throttle, audit, log })
    const accounts = createAccounts({ db, outboxIn, passwords })
    const signIn = createSignIn({ db, outboxIn, accounts, passwords, tryPassword, tokens }, config)

    const { findHashKinds, findAdminHashes } = usersIn(db.manager)
    const updateHashKinds = passwords.updateKinds(findHashKinds)
    const laptopPassword = createLaptopPasswordWatch({ findAdminHashes, passwords, log })
    await updateHashKinds()
    await laptopPassword.check()
    const every = (pauseMs: number, what: string, job: () => Promise<unknown>) =>
      own(repeat(what, job, pauseMs, log), (it) => it.stop())
    await every(1_000, 'sweep sessions', signIn.sweep)
    await every(1_000, 'finish session endings', accounts.finishEndings)
    await every(5_000, 'check for other kinds of password hashes', updateHashKinds)
    await every(5_000, 'check for the default password', laptopPassword.check)
    await every(600_000, 'delete old throttle counters', throttle.deleteOld)

    const history = historyIn(db.manager)
    const streams = createEventStreams({ history, log })
    const signedIn = createAuthenticate(createReadClaims(tokens), signIn.find)
    const guards = { ...signedIn, service: createRequireService(config.serviceCredentials) }
    const table = routes({ issuer, jwksMaxAgeSeconds, keys, guards, signIn, accounts, audit, history, streams })
    const health = createHealth(readState({ db, publisher, relay, laptopPassword }))
    const server = await own(
      serve(table, {
        ...config.http,
        health,
        metrics,
        log,
        recogniseOutage: recogniseDatabaseOutage,
        onRefused: audit.refused,
      }),
      (it) => it.close(),
    )
    // Closed before the server, which waits for pending responses.
    await own(streams, (it) => it.close())
    return { url: server.url }
  })
