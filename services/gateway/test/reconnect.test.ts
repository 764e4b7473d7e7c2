import { eventually, startFaultProxy } from '@gatehouse/testkit'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { startTestGateway } from './start-test-gateway.ts'

/** A fresh gateway whose connection to the broker can be cut. */
const start = async () => {
  const { host, amqpPort } = inject('rabbitMq')
  const proxy = await startFaultProxy({ target: { host, port: amqpPort } })
  onTestFinished(() => proxy.close())
  const gateway = await startTestGateway({}, { brokerPort: proxy.port })
  const dependencies = async () => (await gateway.readReadiness()).body.dependencies
  const untilBrokerIs = (state: string) =>
    eventually(async () => expect((await dependencies()).broker).toMatchObject({ state }), { withinMs: 15_000 })
  await gateway.untilFresh()
  return {
    ...gateway,
    staleness: async () => (await dependencies()).freshness?.staleness_ms,
    cutOff: async (meanwhile: () => void = () => {}) => {
      proxy.reset()
      await untilBrokerIs('degraded')
      meanwhile()
      proxy.pass()
      await untilBrokerIs('up')
    },
  }
}

describe('a gateway that was cut off from the broker', () => {
  it('asks anew about what it knows: it may have missed the end of it', async () => {
    const { signIn, me, cutOff, untilFresh, identity } = await start()
    const { token, sid } = await signIn()
    expect(await me(token)).toMatchObject({ status: 200 })
    await cutOff(() => identity.sessions.delete(sid))
    await untilFresh()
    await eventually(async () => expect(await me(token)).toMatchObject({ status: 401 }), { withinMs: 2_000 })
  })

  it('takes no heartbeat from before for one of now', async () => {
    const { cutOff, untilStale, staleness } = await start()
    await untilStale()
    expect(await staleness()).toEqual(expect.any(Number))
    await cutOff()
    expect(await staleness()).toBeNull()
  })
})
