import type { Route } from '@gatehouse/service'
import type { AsyncApi } from '../docs/asyncapi.ts'
import { eventsPage } from '../docs/events-page.ts'

const policy =
  "default-src 'none'; style-src 'unsafe-inline'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"

/** The JSON Schemas that `dataschema` of the events refers to. */
export const schemaRoutes = (schemas: Record<string, object>): Route[] =>
  Object.entries(schemas).map(
    ([type, schema]): Route => [
      'GET',
      `/schemas/${type}.json`,
      (_req, res) => void res.type('application/schema+json').set('Cache-Control', 'public, max-age=3600').json(schema),
    ],
  )

/** The AsyncAPI document and its HTML page. */
export const eventDocsRoutes = (asyncApi: AsyncApi): Route[] => {
  const document = JSON.stringify(asyncApi)
  const page = eventsPage(asyncApi)
  return [
    ['GET', '/asyncapi.json', (_req, res) => void res.type('application/json').send(document)],
    ['GET', '/docs/events', (_req, res) => void res.set('Content-Security-Policy', policy).type('html').send(page)],
  ]
}
