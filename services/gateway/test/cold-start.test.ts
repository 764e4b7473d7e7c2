import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { eventually, freePort } from '@gatehouse/testkit'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startTestGateway } from './start-test-gateway.ts'

/** Opens a port that leads to `url`: what was away until now is there. */
const open = async (port: number, url: string) => {
  const { hostname: host, port: to } = new URL(url)
  const server = createServer((client) => {
    const target = connect({ host, port: Number(to) })
    client.on('error', () => target.destroy()).on('close', () => target.destroy())
    target.on('error', () => client.destroy()).on('close', () => client.destroy())
    client.pipe(target).pipe(client)
  }).listen(port, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
}

describe('a gateway that starts alone', () => {
  it('says 503 and never 401, then answers by itself once identity and broker are there', async () => {
    const [identityPort, brokerPort] = [await freePort(), await freePort()]
    const gateway = await startTestGateway({ identityUrl: `http://127.0.0.1:${identityPort}` }, { brokerPort })
    const { token } = await gateway.signIn()
    expect((await gateway.readLiveness()).status).toBe(200)
    expect(await gateway.readHealth()).toMatchObject({ status: 503, body: { status: 'not_ready' } })
    const { body } = await gateway.readReadiness()
    expect(body.dependencies).toMatchObject({
      keys: { state: 'down', count: 0 },
      identity: { state: 'down' },
      broker: { state: 'degraded' },
      freshness: { state: 'degraded', staleness_ms: null },
    })
    for (const path of ['/auth/me', '/auth/verify']) {
      const answer = await gateway.as(token).send('GET', path)
      expect(answer, path).toMatchObject({ status: 503, body: { code: 'cannot_verify' } })
      expect(answer.headers.get('retry-after'), path).toBe('1')
    }
    expect(await gateway.me('garbage'), 'what is no token is none in any case').toMatchObject({ status: 401 })

    await open(identityPort, gateway.identity.url)
    await eventually(async () => expect(await gateway.me(token)).toMatchObject({ status: 200 }), { withinMs: 7_000 })
    // Without the broker it asks for every answer that is older than the promise, and is ready.
    expect(await gateway.readHealth()).toMatchObject({ status: 200 })

    await open(brokerPort, gateway.brokerAddress)
    await gateway.untilFresh()
    expect((await gateway.readReadiness()).body.dependencies).toMatchObject({ broker: { state: 'up' } })
  })
})
