import { writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EventOf, EventType } from '@gatehouse/contracts'
import { startPublisher } from '@gatehouse/events'
import { createLog } from '@gatehouse/service'
import {
  checkDeclared,
  createClient,
  createTestVhost,
  eventually,
  newEvent,
  newUser,
  startFakeIdentity,
  startFakeIssuer,
} from '@gatehouse/testkit'
import { expect, onTestFinished } from 'vitest'
import { type GatewayConfig, readGatewayConfig } from '../src/config.ts'
import { startGateway } from '../src/gateway.ts'

const log = createLog('gateway-test', process.env.TEST_LOG_LEVEL ?? 'silent')

/**
 * A gateway on a free port, before a real broker and an identity whose answers the test decides about.
 * @param brokerPort the port of this machine where the gateway looks for the broker instead of where it is
 */
export const startTestGateway = async (
  overrides: Partial<GatewayConfig> = {},
  { brokerPort }: { brokerPort?: number } = {},
) => {
  const [issuer, vhost] = await Promise.all([startFakeIssuer(), createTestVhost()])
  onTestFinished(async () => void (await Promise.all([issuer.close(), vhost.drop()])))
  const identity = await startFakeIdentity(issuer.jwksUri)
  onTestFinished(() => identity.close())

  // The relay's part: whatever it publishes was committed before, and its heartbeats tell so.
  const publisher = startPublisher({ url: vhost.identityUrl, name: 'test relay', log })
  onTestFinished(() => publisher.stop())
  let beats = true
  const timer = setInterval(() => {
    if (beats) publisher.publishHeartbeat({ as_of: Date.now(), sent_at: Date.now() })
  }, 100)
  onTestFinished(() => clearInterval(timer))

  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-gateway-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const secretFile = join(folder, 'secret')
  writeFileSync(secretFile, 'secret')
  const brokerUrl = new URL(vhost.gatewayUrl)
  if (brokerPort !== undefined) brokerUrl.host = `127.0.0.1:${brokerPort}`
  const config: GatewayConfig = {
    ...readGatewayConfig({
      NODE_ENV: 'test',
      HOST: '127.0.0.1',
      PORT: '0',
      ISSUER: issuer.issuer,
      IDENTITY_URL: identity.url,
      SERVICE_SECRET_FILE: secretFile,
      BROKER_URL: brokerUrl.href,
    }),
    ...overrides,
  }
  const gateway = await startGateway(config, log)
  onTestFinished(() => gateway.close())

  const client = createClient(gateway.url, { onAnswer: checkDeclared })
  const staleness = async () => (await client.readReadiness()).body.dependencies.freshness?.staleness_ms
  const publish = async (event: { id: string; type: string; data: unknown }) => {
    const { id, type } = event
    expect(await publisher.publishAll([{ id, type, body: JSON.stringify(event) }])).toEqual(['confirmed'])
  }

  return {
    ...client,
    issuer,
    identity,
    brokerAddress: vhost.gatewayUrl,
    me: (token: string) => client.as(token).readMe(),
    /** Signs somebody in: a session at identity and a token for it. */
    signIn: async (more = {}) => {
      const user = newUser(more)
      const sid = crypto.randomUUID()
      identity.sessions.set(sid, user)
      return { user, sid, token: await issuer.token({ sub: user.id, sid }) }
    },
    publish: <Type extends EventType>(type: Type, subject: string, data: EventOf<Type>['data']) =>
      publish(newEvent(type, { source: issuer.issuer, subject }, data)),
    /** An event of a known type that fits no schema. */
    publishIllFormed: () => publish({ id: crypto.randomUUID(), type: 'session.revoked.v1', data: {} }),
    /** Waits until events and heartbeats flow. */
    untilFresh: () => eventually(async () => expect(await staleness()).toBeLessThan(1_000)),
    /** Stops the heartbeats and waits until memory, and what was asked just before, is older than the promise. */
    untilStale: async () => {
      beats = false
      await eventually(async () => expect((await staleness()) ?? Number.POSITIVE_INFINITY).toBeGreaterThan(1_200))
    },
  }
}
