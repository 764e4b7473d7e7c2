import type { HealthChecks, Route } from '@gatehouse/service'
import { asyncApi } from '../docs/asyncapi.ts'
import { eventSchemas } from '../docs/event-schemas.ts'
import { openApi } from '../docs/openapi.ts'
import { docsRoutes } from './docs.routes.ts'
import { eventDocsRoutes, schemaRoutes } from './event-docs.routes.ts'
import { healthRoute } from './health.route.ts'

type Needs = { health: Pick<HealthChecks, 'read'>; showsDocs: boolean }

/** Every path of the gateway but the hot ones. */
export const routes = ({ health, showsDocs }: Needs): Route[] => [
  ['GET', '/health', healthRoute(health)],
  // Each event names its own as `dataschema`, so they are there without docs too.
  ...schemaRoutes(eventSchemas()),
  ...(showsDocs ? [...docsRoutes(openApi()), ...eventDocsRoutes(asyncApi())] : []),
]
