import { calls } from '@gatehouse/contracts'
import { expect, it } from 'vitest'
import { hotRoutes } from './hot-routes.ts'
import { routes } from './routes.ts'

it('the gateway serves its declared calls, and otherwise only pages and schemas', () => {
  const served = routes({ health: { read: async () => expect.fail() }, showsDocs: false })
  const isSchema = (path: string) => path.startsWith('/schemas/')
  const lines = served.filter(([, path]) => !isSchema(path)).map(([method, path]) => `${method} ${path}`)
  for (const path of hotRoutes(() => expect.fail()).keys()) lines.push(`GET ${path}`)
  const declared = calls.map(({ call }) => call).filter((it) => it.servedBy === 'gateway')
  expect(lines.toSorted()).toEqual(declared.map(({ method, path }) => `${method} ${path}`).toSorted())
})
