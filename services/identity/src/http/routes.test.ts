import { calls } from '@gatehouse/contracts'
import { expect, it } from 'vitest'
import { routes } from './routes.ts'

it('identity serves exactly its declared calls', () => {
  // Stands for any dependency: none is used before a request arrives.
  const anything: unknown = new Proxy(() => anything, {
    get: (_, name) => (name === Symbol.toPrimitive ? () => '' : anything),
  })
  const served = routes(anything as never).map(([method, path]) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`)
  const declared = calls.map(({ call }) => call).filter((it) => it.servedBy === 'identity')
  expect(served.toSorted()).toEqual(declared.map(({ method, path }) => `${method} ${path}`).toSorted())
})
