import { startPublisher } from '@gatehouse/events'
import { assemble, createHealth, createMetrics, type Logger, serve } from '@gatehouse/service'
import type { IdentityConfig } from './config.ts'
import { asDatabaseOutage, checkDatabase, openDatabase } from './database.ts'
import { createAuthenticate } from './http/authenticate.ts'
import { createReadToken } from './http/read-token.ts'
import { requireServiceClient } from './http/require-service.ts'
import { routes } from './http/routes.ts'
import { createKeyCipher } from './keys/key-cipher.ts'
import { openSigningKeys } from './keys/signing-keys.ts'
import { createNewEvent } from './outbox/new-event.ts'
import { startRelay } from './outbox/relay.ts'
import { createRelayMetrics } from './outbox/relay-metrics.ts'
import { openPasswords } from './passwords/passwords.ts'
import { createLogIn } from './sessions/log-in.ts'
import { createLogOut } from './sessions/log-out.ts'
import { createLookUpSessions } from './sessions/look-up-sessions.ts'
import { sessionsIn } from './sessions/sessions.repository.ts'
import { createAccessTokens } from './tokens/access-tokens.ts'
import { createSetUserActive } from './users/set-user-active.ts'

/** Builds every part and hands each what it needs. Parts close in reverse order, also when a later one fails to start. */
export const startIdentity = (config: IdentityConfig, log: Logger) =>
  assemble(async (own) => {
    const metrics = createMetrics()
    const newEvent = createNewEvent(config.issuer)
    const db = await own(openDatabase(config.databaseUrl, log), (it) => it.destroy())
    const publisher = await own(startPublisher({ url: config.brokerUrl, name: 'identity', log }), (it) => it.stop())
    const relayNeeds = {
      databaseUrl: config.databaseUrl,
      publisher,
      metrics: createRelayMetrics(metrics.registry),
      log,
    }
    const relay = await own(startRelay(relayNeeds), (it) => it.stop())

    const cipher = createKeyCipher(config.keySecrets)
    const keys = await openSigningKeys({ db, cipher, newEvent, log })
    const { issuer, audience, accessTokenSeconds: lifetimeSeconds } = config
    const tokens = createAccessTokens(keys, { issuer, audience, lifetimeSeconds })
    const passwords = await openPasswords(config.argon2, log)

    const health = createHealth({
      postgres: () => checkDatabase(db),
      broker: () => brokerState(publisher.state()),
      relay: () => ({ state: 'up', leads: relay.state().leads }),
    })
    const table = routes({
      issuer,
      keys,
      authenticate: createAuthenticate(createReadToken(keys, { issuer, audience }), sessionsIn(db.manager).findLive),
      requireService: requireServiceClient(config.serviceCredentials),
      logIn: createLogIn({ db, passwords, tokens, newEvent }),
      logOut: createLogOut({ db, newEvent }),
      setUserActive: createSetUserActive({ db, newEvent }),
      lookUpSessions: createLookUpSessions(db),
    })
    const { host, port, drainMs } = config
    const server = await own(
      serve(table, { health, metrics, log, host, port, drainMs, asRefusal: asDatabaseOutage }),
      (it) => it.close(),
    )
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
