import type { HealthChecks, Route } from '@gatehouse/service'
import { asyncApi } from '../docs/asyncapi.ts'
import { eventSchemas } from '../docs/event-schemas.ts'
import { openApi } from '../docs/openapi.ts'
import { docsRoutes } from './docs.routes.ts'
import { eventDocsRoutes, schemaRoutes } from './event-docs.routes.ts'
import { healthRoute } from './health.route.ts'

type Needs = { health: Pick<HealthChecks, 'read'>; showsDocs: boolean }

/** All routes of the gateway except the hot routes. */
export const routes = ({ health, showsDocs }: Needs): Route[] => [
  ['GET', '/health', healthRoute(health)],
  // Events refer to their schemas, so these are served even if the docs are off.
  ...schemaRoutes(eventSchemas()),
  ...(showsDocs ? [...docsRoutes(openApi()), ...eventDocsRoutes(asyncApi())] : []),
]
