import { connect } from 'amqplib'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createTestVhost } from '../src/testkit.ts'

const open = async (url: string) => {
  const connection = await connect(url, { timeout: 2_000 })
  // The broker closes the channel on a refusal, which is expected and must not end the process.
  connection.on('error', () => {})
  onTestFinished(() => connection.close().catch(() => {}))
  const channel = await connection.createChannel()
  channel.on('error', () => {})
  return channel
}
const fresh = async () => {
  const vhost = await createTestVhost()
  onTestFinished(vhost.drop)
  return vhost
}

describe('a test vhost', () => {
  it('refuses users of the stack what they may not do in the stack', async () => {
    const vhost = await fresh()
    await expect((await open(vhost.gatewayUrl)).assertExchange('gatehouse.events', 'topic')).rejects.toThrow('403')
    await expect((await open(vhost.identityUrl)).assertQueue('gateway.sessions.1')).rejects.toThrow('403')
  })

  it('is separate from other vhosts', async () => {
    const [one, other] = await Promise.all([fresh(), fresh()])
    await (await open(one.identityUrl)).assertExchange('gatehouse.events', 'topic')
    await (await open(one.gatewayUrl)).checkExchange('gatehouse.events')
    await expect((await open(other.url)).checkExchange('gatehouse.events')).rejects.toThrow('404')
  })

  it('is deleted by drop', async () => {
    const vhost = await createTestVhost()
    await vhost.drop()
    await expect(open(vhost.url)).rejects.toThrow()
  })
})
