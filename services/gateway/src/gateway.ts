import { assemble, createHealth, createMetrics, type Logger, serve } from '@gatehouse/service'
import {
  createAuthenticate,
  createReadClaims,
  createVerify,
  defaultMaxKeyAgeSeconds,
  startKeySet,
  startLiveSessions,
} from '@gatehouse/token-verifier'
import type { GatewayConfig } from './config.ts'
import { createGatewayMetrics } from './gateway-metrics.ts'
import { hotRoutes } from './http/hot-routes.ts'
import { routes } from './http/routes.ts'
import { readState } from './readiness.ts'

/** Creates and connects all parts. They close in reverse order, also if a later one fails to start. */
export const startGateway = (config: GatewayConfig, log: Logger) =>
  assemble(async (own) => {
    const metrics = createMetrics()
    const { count, watch } = createGatewayMetrics(metrics.registry)
    const { issuer, audience, maxSessions, staleGraceMs } = config

    const keys = await own(
      startKeySet({
        jwksUri: `${config.identityUrl}/.well-known/jwks.json`,
        // Known sessions are accepted for `staleGraceMs` while identity is unavailable, so the keys must be kept as long.
        maxKeyAgeSeconds: defaultMaxKeyAgeSeconds + staleGraceMs / 1000,
        onError: (error) => log.warn({ err: error }, 'cannot fetch the key set'),
      }),
      (it) => it.stop(),
    )
    // Remember only these two claims of each verified token.
    const verify = createVerify({ issuer, audience, keys, maxRemembered: maxSessions }, ({ sid, sub }) => ({
      sid,
      sub,
    }))
    const { brokerUrl: events, serviceName: username, serviceSecret: password } = config
    const identity = Object.assign(new URL(config.identityUrl), { username, password }).href
    const sessions = await own(
      startLiveSessions({ events, identity, keys, maxSessions, staleGraceMs, log, count }),
      (it) => it.stop(),
    )
    watch({ keys: keys.state, sessions: sessions.state })

    const authenticate = createAuthenticate(createReadClaims({ verify }), sessions.check)
    const health = createHealth(readState({ keys: keys.state, sessions: sessions.state }))
    const { host, port, drainMs } = config
    const server = await own(
      serve(routes({ health, showsDocs: config.showsDocs }), {
        hotRoutes: hotRoutes(authenticate),
        health,
        metrics,
        log,
        host,
        port,
        drainMs,
      }),
      (it) => it.close(),
    )
    return { url: server.url }
  })
