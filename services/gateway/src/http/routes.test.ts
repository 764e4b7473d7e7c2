import { calls } from '@gatehouse/contracts'
import { expect, it } from 'vitest'
import { routes } from './routes.ts'

it('the gateway serves what it is declared to serve, and else pages and schemas', () => {
  const served = routes({
    authenticate: async () => expect.fail(),
    health: { read: async () => expect.fail() },
    showsDocs: false,
  })
  const isSchema = (path: string) => path.startsWith('/schemas/')
  const lines = served.filter(([, path]) => !isSchema(path)).map(([method, path]) => `${method} ${path}`)
  const declared = calls.map(({ call }) => call).filter((it) => it.servedBy === 'gateway')
  expect(lines.toSorted()).toEqual(declared.map(({ method, path }) => `${method} ${path}`).toSorted())
})
