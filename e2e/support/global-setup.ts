import { type Gatehouse, startGatehouse } from '@gatehouse/testkit'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    gatehouse: Pick<Gatehouse, 'url' | 'compose'>
  }
}

/** One stack for all files: two of each service, so that "everywhere" means something, and the example to guard. */
export default async ({ provide }: TestProject) => {
  const replicas = { identityReplicas: 2, gatewayReplicas: 2 }
  const environment = { SERVICES: 'tests:events.read,tokens.introspect,tokens.revoke' }
  const { url, compose, stop } = await startGatehouse({ ...replicas, profiles: ['examples'], environment })
  provide('gatehouse', { url, compose })
  return stop
}
