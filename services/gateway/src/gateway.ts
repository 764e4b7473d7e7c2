import { assemble, createHealth, createMetrics, type Logger, serve } from '@gatehouse/service'
import { createTokenVerifier, startKeySet } from '@gatehouse/token-verifier'
import type { GatewayConfig } from './config.ts'
import { createFreshness } from './freshness.ts'
import { createGatewayMetrics } from './gateway-metrics.ts'
import { createAuthenticate } from './http/authenticate.ts'
import { routes } from './http/routes.ts'
import { readState } from './readiness.ts'
import { createCheckSession } from './sessions/check-session.ts'
import { createIdentityClient } from './sessions/identity-client.ts'
import { createLookUpBatcher } from './sessions/look-up-batcher.ts'
import { createSessionDirectory } from './sessions/session-directory.ts'
import { startSessionEvents } from './sessions/session-events.consumer.ts'

const clockSampleMs = 5_000

/** Builds every part and hands each what it needs. Parts close in reverse order, also when a later one fails to start. */
export const startGateway = (config: GatewayConfig, log: Logger) =>
  assemble(async (own) => {
    const now = () => performance.now()
    const metrics = createMetrics()
    const { count, watch } = createGatewayMetrics(metrics.registry)

    const keys = await own(
      startKeySet({
        jwksUri: `${config.identityUrl}/.well-known/jwks.json`,
        onError: (error) => log.warn({ err: error }, 'cannot fetch the key set'),
      }),
      (it) => it.stop(),
    )
    const verify = createTokenVerifier({ issuer: config.issuer, audience: config.audience, keys })

    const freshness = createFreshness()
    const directory = createSessionDirectory({ maxSessions: config.maxSessions })
    const identity = await own(
      createIdentityClient({ url: config.identityUrl, name: config.serviceName, secret: config.serviceSecret }),
      (it) => it.close(),
    )
    const onFailure = (error: unknown) => log.warn({ err: error }, 'identity does not answer')
    const lookUps = await own(createLookUpBatcher({ identity, directory, freshness, now, onFailure }), (it) =>
      it.stop(),
    )
    const events = await own(
      startSessionEvents({ brokerUrl: config.brokerUrl, directory, freshness, keys, log }),
      (it) => it.stop(),
    )
    await lookUps.askTime()
    await own(
      setInterval(() => void lookUps.askTime(), clockSampleMs),
      (it) => clearInterval(it),
    )

    const { staleGraceMs } = config
    const checkSession = createCheckSession({ directory, freshness, lookUps, staleGraceMs, now, count })
    const stalenessMs = () => freshness.stalenessMs(now())
    watch({
      stalenessMs,
      sessions: directory.size,
      lookUps: lookUps.counts,
      events: events.counts,
      keyFetches: () => keys.state().fetches,
      reconnects: () => events.state().reconnects,
    })
    const health = createHealth(readState({ stalenessMs, keys, events, identityAnswers: lookUps.isAnswering }))
    const table = routes({ authenticate: createAuthenticate({ verify, checkSession }), health })
    const { host, port, drainMs } = config
    const server = await own(serve(table, { health, metrics, log, host, port, drainMs }), (it) => it.close())
    return { url: server.url }
  })
