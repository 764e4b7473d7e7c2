import { calls } from '@gatehouse/contracts'
import { expect, it } from 'vitest'
import { createHealth } from './health.ts'
import { createMetrics } from './metrics.ts'

it('the routes that every service has are declared', () => {
  const served = [...createHealth({}).routes, ...createMetrics().routes].map(([method, path]) => `${method} ${path}`)
  const declared = calls.map(({ call }) => call).filter((it) => it.servedBy === 'each')
  expect(served.toSorted()).toEqual(declared.map(({ method, path }) => `${method} ${path}`).toSorted())
})
