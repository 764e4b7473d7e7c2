import type { Health } from '@gatehouse/contracts'
import type { Route } from './routes.ts'

export type DependencyState = Health['dependencies'][string]
type Checks = Record<string, () => DependencyState | Promise<DependencyState>>

/**
 * `/health/live` succeeds while the process runs. `/health/ready` reports each dependency and is 503 if one is `down` or the
 * service is stopping. A `degraded` dependency is reported, but leaves the service ready.
 */
export const createHealth = (checks: Checks) => {
  let stopping = false
  const startStopping = () => {
    stopping = true
  }
  const read = async (): Promise<Health> => {
    const dependencies = Object.fromEntries(
      await Promise.all(Object.entries(checks).map(async ([name, check]) => [name, await check()] as const)),
    )
    const ready = !stopping && Object.values(dependencies).every((it) => it.state !== 'down')
    return { status: ready ? 'ready' : 'not_ready', dependencies }
  }
  const routes: Route[] = [
    ['GET', '/health/live', (_req, res) => void res.json({ status: 'live' })],
    [
      'GET',
      '/health/ready',
      async (_req, res) => {
        const health = await read()
        res
          .status(health.status === 'ready' ? 200 : 503)
          .set('Cache-Control', 'no-store')
          .json(health)
      },
    ],
  ]
  return { routes, read, startStopping }
}
export type HealthChecks = ReturnType<typeof createHealth>
