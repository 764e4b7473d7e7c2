import { type Gatehouse, startGatehouse } from '@gatehouse/testkit'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    gatehouse: Pick<Gatehouse, 'url' | 'compose'>
  }
}

/** One stack for all files: two gateways, so that "refused everywhere" means something, and something to guard. */
export default async ({ provide }: TestProject) => {
  const { url, compose, stop } = await startGatehouse({ gatewayReplicas: 2, profiles: ['examples'] })
  provide('gatehouse', { url, compose })
  return stop
}
