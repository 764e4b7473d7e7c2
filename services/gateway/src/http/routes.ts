import type { HealthChecks, Route } from '@gatehouse/service'
import type { Authenticate } from '@gatehouse/token-verifier'
import { asyncApi } from '../docs/asyncapi.ts'
import { eventSchemas } from '../docs/event-schemas.ts'
import { openApi } from '../docs/openapi.ts'
import { docsRoutes } from './docs.routes.ts'
import { eventDocsRoutes, schemaRoutes } from './event-docs.routes.ts'
import { healthRoute } from './health.route.ts'
import { meRoute } from './me.route.ts'
import { verifyRoute } from './verify.route.ts'

type Needs = { authenticate: Authenticate; health: Pick<HealthChecks, 'read'>; showsDocs: boolean }

/** Every path of the gateway. */
export const routes = ({ authenticate, health, showsDocs }: Needs): Route[] => [
  ['GET', '/auth/me', meRoute(authenticate)],
  ['GET', '/auth/verify', verifyRoute(authenticate)],
  ['GET', '/health', healthRoute(health)],
  // Each event names its own as `dataschema`, so they are there without docs too.
  ...schemaRoutes(eventSchemas()),
  ...(showsDocs ? [...docsRoutes(openApi()), ...eventDocsRoutes(asyncApi())] : []),
]
