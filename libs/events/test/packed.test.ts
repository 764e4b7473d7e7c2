import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { eventually, installPacked } from '@gatehouse/testkit'
import { describe, expect, it, onTestFinished } from 'vitest'
import { anEvent, outgoing, testPublisher, testVhost } from './broker.ts'

describe('the packed library in an empty project', () => {
  it('type-checks and runs the example of its README', { timeout: 180_000 }, async () => {
    const { folder, remove } = installPacked(new URL('../README.md', import.meta.url))
    onTestFinished(remove)
    const vhost = await testVhost()
    const publisher = testPublisher(vhost.identityUrl)
    await eventually(() => expect(publisher.state().connected).toBe(true))

    const env = { PATH: process.env.PATH, BROKER_URL: vhost.url }
    const child = spawn(process.execPath, ['example.ts'], { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] })
    onTestFinished(() => void child.kill('SIGKILL'))
    let printed = ''
    child.stdout.on('data', (chunk: Buffer) => {
      printed += String(chunk)
    })
    // Events before its queue is bound do not reach it.
    const receives = async () => {
      await publisher.publishAll([outgoing({ ...anEvent(), type: 'user.created.v1' })])
      expect(printed).toContain('user.created.v1 ada\n')
    }
    await eventually(receives, { withinMs: 20_000, everyMs: 200 })

    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([0, null])
  })
})
