import { connect } from 'amqplib'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { eventually, type RabbitMq, startRabbitMq } from '../src/testkit.ts'

let broker: RabbitMq
beforeAll(async () => {
  broker = await startRabbitMq()
})
afterAll(() => broker.stop())

const open = async (url: string) => {
  const connection = await connect(url, { timeout: 2_000 })
  connection.on('error', () => {})
  onTestFinished(() => connection.close().catch(() => {}))
  return connection
}

describe('startRabbitMq', () => {
  it('blocks publishers during an alarm', async () => {
    const { url } = await broker.createVhost()
    const connection = await open(url)
    const said: string[] = []
    connection.on('blocked', () => said.push('blocked'))
    connection.on('unblocked', () => said.push('unblocked'))
    const channel = await connection.createConfirmChannel()
    await broker.startAlarm()
    channel.publish('', 'nowhere', Buffer.from('x'))
    await eventually(() => expect(said).toEqual(['blocked']))
    await broker.endAlarm()
    await eventually(() => expect(said).toEqual(['blocked', 'unblocked']))
  })

  it('does not respond while paused', async () => {
    const { url } = await broker.createVhost()
    await broker.pause()
    await expect(open(url)).rejects.toThrow('ETIMEDOUT')
    await broker.unpause()
    await open(url)
  })

  it('keeps durable queues and its address when it is stopped or killed', async () => {
    const { url } = await broker.createVhost()
    const channel = await (await open(url)).createChannel()
    await channel.assertQueue('kept', { durable: true })
    await broker.stopApp()
    await expect(open(url)).rejects.toThrow()
    await broker.startApp()
    await broker.kill()
    await expect(open(url)).rejects.toThrow()
    await broker.start()
    await eventually(async () => (await (await open(url)).createChannel()).checkQueue('kept'), { withinMs: 20_000 })
  })
})
