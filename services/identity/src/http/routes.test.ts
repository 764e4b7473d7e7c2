import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { routes } from './routes.ts'

const document = JSON.parse(readFileSync(new URL('../../../../docs/openapi.json', import.meta.url), 'utf8'))
const documented = Object.entries(document.paths as Record<string, object>).flatMap(([path, operations]) =>
  Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
)
// The gateway's own.
const elsewhere = ['GET /auth/me', 'GET /auth/verify', 'GET /health']
const internal = ['POST /internal/sessions/lookup']

it('the document names what is served, but for what no client can reach', () => {
  // Any part of what routes are built of: none is used before a request comes.
  const anything: unknown = new Proxy(() => anything, {
    get: (_, name) => (name === Symbol.toPrimitive ? () => '' : anything),
  })
  const served = routes(anything as never).map(([method, path]) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`)
  expect(served.toSorted()).toEqual([...documented.filter((it) => !elsewhere.includes(it)), ...internal].toSorted())
})
