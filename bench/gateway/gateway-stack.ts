import { heartbeatIntervalMs } from '@gatehouse/contracts'
import { startPublisher } from '@gatehouse/events'
import { createLog } from '@gatehouse/service'
import { createClient, eventually, startFakeIssuer, startRabbitMq } from '@gatehouse/testkit'
import { startAnswering } from '../harness/ask-process.ts'
import { startServiceProcess, withoutPassword } from '../harness/service-process.ts'
import type { IdentityQuestion, IdentityReply } from './identity.process.ts'

const secret = 'a secret of the benchmark'

const untilFresh = (url: string) =>
  eventually(
    async () => {
      const { dependencies } = (await createClient(url).readReadiness()).body
      if (dependencies.freshness?.state !== 'up') throw new Error('no heartbeats reach the gateway')
    },
    { withinMs: 10_000 },
  )

/** What a gateway needs: a real broker with heartbeats, and a stand-in for identity with prepared answers. */
export const startGatewayStack = async (people: number) => {
  const closers: (() => Promise<unknown> | unknown)[] = []
  const stop = async () => {
    for (const close of closers.splice(0).reverse()) await close()
  }
  // Nothing else stops the container of an interrupted run.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop().finally(() => process.exit(1)))
  try {
    const rabbitMq = await startRabbitMq()
    closers.push(rabbitMq.stop)
    const vhost = await rabbitMq.createVhost()
    const publisher = startPublisher({ url: vhost.identityUrl, name: 'bench relay', log: createLog('bench', 'warn') })
    closers.push(publisher.stop)
    const beat = () => void publisher.publishHeartbeat({ as_of: Date.now(), sent_at: Date.now() })
    const timer = setInterval(beat, heartbeatIntervalMs)
    closers.push(() => clearInterval(timer))

    const issuer = await startFakeIssuer()
    closers.push(issuer.close)
    const identity = startAnswering<IdentityQuestion, IdentityReply>(new URL('./identity.process.ts', import.meta.url))
    closers.push(identity.stop)
    const { text: jwks } = await createClient(issuer.issuer).readJwks()
    const authorization = `Basic ${btoa(`gateway:${secret}`)}`
    const { url: identityUrl } = await identity.ask({ jwks, people, authorization })

    const broker = withoutPassword(vhost.gatewayUrl)
    return {
      issuer,
      jwksUri: `${identityUrl}/.well-known/jwks.json`,
      /** @param root another checkout from which to run it */
      startGateway: async (root?: string) => {
        const gateway = await startServiceProcess({
          name: 'gateway',
          ...(root !== undefined && { root }),
          settings: (_url, file) => ({
            ISSUER: issuer.issuer,
            IDENTITY_URL: identityUrl,
            SERVICE_SECRET_FILE: file('service_secret', secret),
            BROKER_URL: broker.url,
            BROKER_PASSWORD_FILE: file('broker_password', broker.password),
          }),
        })
        closers.push(gateway.stop)
        await untilFresh(gateway.url)
        return gateway
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}
export type GatewayStack = Awaited<ReturnType<typeof startGatewayStack>>
