import type { RequestHandler } from 'express'
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client'
import type { Route } from './routes.ts'

/** One registry per service instance, so that two in one process (in tests) do not share counters. */
export const createMetrics = () => {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const seconds = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the first byte of the request to the end of the response, by route and status',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  })
  const observe = (method: string, route: string, status: number, startedAt: number) =>
    seconds.observe({ method, route, status: String(status) }, (performance.now() - startedAt) / 1000)
  const observeExpress: RequestHandler = (req, res, next) => {
    const startedAt = performance.now()
    res.once('close', () => {
      // The pattern, not the path: clients choose paths, and each label value is a time series of its own.
      const route = (req.route as { path?: string } | undefined)?.path ?? 'none'
      observe(req.method, route, res.statusCode, startedAt)
    })
    next()
  }
  const routes: Route[] = [
    ['GET', '/metrics', async (_req, res) => void res.type(registry.contentType).send(await registry.metrics())],
  ]
  return { registry, observe, observeExpress, routes }
}
export type Metrics = ReturnType<typeof createMetrics>
