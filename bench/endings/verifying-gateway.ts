import { createClient, eventually } from '@gatehouse/testkit'
import { startServiceProcess, withoutPassword } from '../harness/service-process.ts'
import type { Identity } from '../harness/stack.ts'

/** A gateway as it ships, connected to this identity. */
export const startVerifyingGateway = async (identity: Identity) => {
  const [name = '', secret = ''] = atob(identity.serviceAuthorization.replace('Basic ', '')).split(':')
  const broker = withoutPassword(identity.vhost.gatewayUrl)
  const gateway = await startServiceProcess({
    name: 'gateway',
    settings: (_url, file) => ({
      ISSUER: `${identity.url}/api`,
      IDENTITY_URL: identity.url,
      SERVICE_NAME: name,
      SERVICE_SECRET_FILE: file('service_secret', secret),
      BROKER_URL: broker.url,
      BROKER_PASSWORD_FILE: file('broker_password', broker.password),
    }),
  })
  const client = createClient(gateway.url)
  /** Whether the gateway accepts each of these tokens. */
  const check = (tokens: string[]) =>
    Promise.all(
      tokens.map(async (authorization) => {
        const { status } = await client.verify({ headers: { authorization } })
        if (status !== 204 && status !== 401) throw new Error(`the gateway answered ${status}`)
        return status === 204
      }),
    )
  return {
    ...gateway,
    check,
    /** Waits until it answers from memory, so that what follows needs no look-up. */
    untilFresh: () =>
      eventually(
        async () => {
          const { dependencies } = (await client.readReadiness()).body
          if (dependencies.freshness?.state !== 'up') throw new Error('no heartbeats reach the gateway')
        },
        { withinMs: 60_000 },
      ),
  }
}
export type VerifyingGateway = Awaited<ReturnType<typeof startVerifyingGateway>>
