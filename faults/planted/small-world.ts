import { type EventOf, type EventType, publicUser } from '@gatehouse/contracts'
import { meAt } from '@gatehouse/e2e/support/users.ts'
import { silentLog, startPublisher } from '@gatehouse/events'
import { eventually, newEvent, newUser, type RabbitMq, startFakeIdentity, startFakeIssuer } from '@gatehouse/testkit'
import { expect, onTestFinished } from 'vitest'
import { openHistory, type Read } from '../history/history.ts'
import { markedName, markedRoles, markersOf } from '../load/version-markers.ts'
import { startGatewayProcess } from './gateway-process.ts'

/** A gateway process, a real broker, and an identity that answers when the test says so: any interleaving can be had. */
export const openSmallWorld = async (broker: RabbitMq, plant: string | null) => {
  const [issuer, vhost] = await Promise.all([startFakeIssuer(), broker.createVhost()])
  onTestFinished(async () => void (await Promise.all([issuer.close(), vhost.drop()])))
  const identity = await startFakeIdentity(issuer.jwksUri)
  onTestFinished(() => identity.close())
  const publisher = startPublisher({ url: vhost.identityUrl, name: 'test relay', log: silentLog })
  onTestFinished(() => publisher.stop())
  const beat = () => void publisher.publishHeartbeat({ as_of: Date.now(), sent_at: Date.now() })
  const timer = setInterval(beat, 100)
  onTestFinished(() => clearInterval(timer))
  const addresses = { issuer: issuer.issuer, identityUrl: identity.url, brokerUrl: vhost.gatewayUrl }
  const gateway = await startGatewayProcess({ ...addresses, plant })
  onTestFinished(() => gateway.stop())

  const history = openHistory()
  return {
    history,
    identity,
    /** Publishes an event and waits until the gateway has taken it in. */
    tell: async <Type extends EventType>(type: Type, subject: string, data: EventOf<Type>['data']) => {
      const before = await gateway.applied()
      const event = newEvent(type, { source: issuer.issuer, subject }, data)
      expect(await publisher.publishAll([{ id: event.id, type, body: JSON.stringify(event) }])).toEqual(['confirmed'])
      await eventually(async () => expect(await gateway.applied()).toBe(before + 1), { everyMs: 5 })
    },
    signIn: async () => {
      const user = newUser({ full_name: markedName(0), roles: markedRoles(0) })
      const session = crypto.randomUUID()
      identity.sessions.set(session, user)
      return { user, session, token: await issuer.token({ sub: user.id, sid: session }) }
    },
    read: async ({ user, session, token }: { user: { id: string }; session: string; token: string }): Promise<Read> => {
      const begunMs = performance.now()
      const { status, body } = await meAt(gateway.url, token)
      const markers = status === 200 ? markersOf(publicUser.parse(body)) : undefined
      const told = { status, code: String((body as { code?: string }).code), markers }
      const read = { at: 'gateway', session, user: user.id, begunMs, endedMs: performance.now(), ...told }
      history.reads.push(read)
      return read
    },
  }
}
export type SmallWorld = Awaited<ReturnType<typeof openSmallWorld>>
