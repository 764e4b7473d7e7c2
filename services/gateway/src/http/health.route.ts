import type { HealthChecks } from '@gatehouse/service'
import type { RequestHandler } from 'express'

/** Public health check: the status without the dependencies. */
export const healthRoute =
  (health: Pick<HealthChecks, 'read'>): RequestHandler =>
  async (_req, res) => {
    const { status } = await health.read()
    res
      .status(status === 'ready' ? 200 : 503)
      .set('Cache-Control', 'no-store')
      .json({ status })
  }
