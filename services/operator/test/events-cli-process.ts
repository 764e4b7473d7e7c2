import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const cli = fileURLToPath(new URL('../src/main.ts', import.meta.url))

/** `./gatehouse events …` as its container runs it. Its input stays open, as it does there. */
export const startEventsCli = (brokerUrl: string, ...args: string[]) => {
  const env = { PATH: process.env.PATH, BROKER_URL: brokerUrl }
  const child = spawn(process.execPath, [cli, 'events', ...args], { env, stdio: ['pipe', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const ended = once(child, 'close') as Promise<[code: number | null]>
  return { child, ended, stdout: () => stdout, stderr: () => stderr, lines: () => stdout.split('\n').slice(0, -1) }
}

export const runEventsCli = async (brokerUrl: string, ...args: string[]) => {
  const started = startEventsCli(brokerUrl, ...args)
  const [code] = await started.ended
  return { code, stdout: started.stdout(), stderr: started.stderr() }
}
