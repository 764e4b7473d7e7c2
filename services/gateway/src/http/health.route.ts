import type { HealthChecks } from '@gatehouse/service'
import type { RequestHandler } from 'express'

/** What everybody may know through Nginx: whether it works, without the names of what it is made of. */
export const healthRoute =
  (health: Pick<HealthChecks, 'read'>): RequestHandler =>
  async (_req, res) => {
    const { status } = await health.read()
    res
      .status(status === 'ready' ? 200 : 503)
      .set('Cache-Control', 'no-store')
      .json({ status })
  }
