import express from 'express'
import { believeProxy } from './believe-proxy.ts'
import type { HealthChecks } from './health.ts'
import { listen } from './http-server.ts'
import type { Logger } from './log.ts'
import type { Metrics } from './metrics.ts'
import { type AsRefusal, type OnRefused, problemHandler } from './problem-handler.ts'
import { answerFirst, type QuickAnswers } from './quick-answers.ts'
import { requestContext } from './request-context.ts'
import { type Route, routerOf } from './routes.ts'

type Needs = {
  health: HealthChecks
  metrics: Metrics
  log: Logger
  host: string
  port: number
  drainMs?: number
  /** What the proxy in front sends along, so that its word for where a client is can be told from anybody else's. */
  proxySecret?: string | undefined
  asRefusal?: AsRefusal
  onRefused?: OnRefused
  quick?: QuickAnswers
}

/** What every service serves alike: request ids, metrics, health, problem+json, the limits, an orderly end. */
export const serve = async (table: Route[], needs: Needs) => {
  const { health, metrics, log, host, port, drainMs = 0, proxySecret, asRefusal, onRefused, quick = new Map() } = needs
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  // One proxy, which overwrites X-Forwarded-For; from anybody else `believeProxy` lets nothing stand.
  app.set('trust proxy', 1)
  app.use(believeProxy(proxySecret), requestContext, metrics.observe)
  app.use(routerOf([...table, ...health.routes, ...metrics.routes]))
  app.use(problemHandler(log, asRefusal, onRefused))
  const server = await listen(answerFirst(quick, metrics, app), {
    host,
    port,
    drainMs,
    onStopping: health.startStopping,
  })
  log.info({ url: server.url }, 'listening')
  return server
}
