import { type Gatehouse, startGatehouse } from '@gatehouse/testkit'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    gatehouse: Pick<Gatehouse, 'url' | 'compose'>
  }
}

/** One stack for all files: two of each service, so that "everywhere" means something. */
export default async ({ provide }: TestProject) => {
  const { url, compose, stop } = await startGatehouse({ identityReplicas: 2, gatewayReplicas: 2 })
  provide('gatehouse', { url, compose })
  return stop
}
