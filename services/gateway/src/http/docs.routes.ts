import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import type { Route } from '@gatehouse/service'

const swaggerUi = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))

// Relative URLs work behind any prefix. There is no inline script, so that the content security policy can be strict.
const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Gatehouse API</title>
    <link rel="stylesheet" href="docs/swagger-ui.css">
    <link rel="icon" type="image/png" href="docs/favicon-32x32.png">
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="docs/swagger-ui-bundle.js"></script>
    <script src="docs/start.js"></script>
  </body>
</html>
`
const start = `window.ui = SwaggerUIBundle({ url: 'openapi.json', dom_id: '#swagger-ui', deepLinking: true })\n`
const files = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png']
const policy =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"

/** Swagger UI and the OpenAPI document. */
export const docsRoutes = (openApi: object): Route[] => {
  const document = JSON.stringify(openApi)
  return [
    // The bare address of the API leads to its documentation. Nginx adds its prefix.
    ['GET', '/', (_req, res) => res.redirect('docs')],
    ['GET', '/openapi.json', (_req, res) => void res.type('application/json').send(document)],
    ['GET', '/docs', (_req, res) => void res.set('Content-Security-Policy', policy).type('html').send(page)],
    // With a trailing slash the relative URLs of the page would not resolve.
    ['GET', '/docs/', (_req, res) => res.redirect(308, '../docs')],
    ['GET', '/docs/start.js', (_req, res) => void res.type('js').send(start)],
    ...files.map(
      (name): Route => ['GET', `/docs/${name}`, (_req, res) => res.sendFile(name, { root: swaggerUi, maxAge: '1h' })],
    ),
  ]
}
