import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { eventually } from '@gatehouse/testkit'
import { expect, onTestFinished } from 'vitest'

type Settings = Record<string, string>

/** Starts an example as a process. @returns once it consumes its queue */
export const startSubscriber = async (file: string, queue: string, settings: Settings) => {
  const path = fileURLToPath(new URL(`../${file}`, import.meta.url))
  const env = { PATH: process.env.PATH, ...settings }
  const child = spawn(process.execPath, [path], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  const take = (text: string) => {
    output += text
  }
  child.stdout.setEncoding('utf8').on('data', take)
  child.stderr.setEncoding('utf8').on('data', take)
  const ended = once(child, 'close')
  const connected = `{ name: '${queue}' } connected to the broker`
  await eventually(() => expect(output).toContain(connected), { withinMs: 15_000 })
  return {
    output: () => output,
    kill: async () => {
      child.kill('SIGKILL')
      expect(await ended).toEqual([null, 'SIGKILL'])
    },
    stop: async () => {
      child.kill('SIGTERM')
      expect(await ended).toEqual([0, null])
    },
  }
}
