import express from 'express'
import type { HealthChecks } from './health.ts'
import { type HotRoutes, serveHotRoutes } from './hot-routes.ts'
import { listen } from './http-server.ts'
import type { Logger } from './log.ts'
import type { Metrics } from './metrics.ts'
import { createToProblem, type OnRefused, problemHandler, type RecogniseOutage } from './problem-handler.ts'
import { requestContext } from './request-context.ts'
import { createRouter, type Route } from './routes.ts'
import { trustProxy } from './trust-proxy.ts'

type Needs = {
  health: HealthChecks
  metrics: Metrics
  log: Logger
  host: string
  port: number
  drainMs?: number
  /** Authenticates the proxy in front, whose forwarding headers are then trusted. */
  proxySecret?: string | undefined
  recogniseOutage?: RecogniseOutage
  onRefused?: OnRefused
  hotRoutes?: HotRoutes
}

/** Serves routes with everything that services share: request ids, metrics, health, problem+json, limits, graceful shutdown. */
export const serve = async (table: Route[], needs: Needs) => {
  const { health, metrics, log, host, port, drainMs = 0, proxySecret, recogniseOutage, onRefused } = needs
  const routes: HotRoutes = needs.hotRoutes ?? new Map()
  const toProblem = createToProblem({ log, recogniseOutage, onRefused })
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  // Exactly one proxy, which overwrites X-Forwarded-For. `trustProxy` removes the header from any other client.
  app.set('trust proxy', 1)
  app.use(trustProxy(proxySecret), requestContext, metrics.observeExpress)
  app.use(createRouter([...table, ...health.routes, ...metrics.routes], routes.keys()))
  app.use(problemHandler(log, toProblem))
  const server = await listen(serveHotRoutes({ routes, metrics, toProblem }, app), {
    host,
    port,
    drainMs,
    onStopping: health.startStopping,
  })
  log.info({ url: server.url }, 'listening')
  return server
}
