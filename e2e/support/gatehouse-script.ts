import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { inject } from 'vitest'
import type {} from './global-setup.ts'

/** A shell command in which `./gatehouse` acts on the stack of this run; it leads a process group, as one in a terminal. */
export const startInShell = (command: string) => {
  const { cwd, env } = inject('gatehouse').compose
  const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe']
  const child = spawn('bash', ['-c', command], { cwd, env: { ...process.env, ...env }, detached: true, stdio })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const ended = once(child, 'close') as Promise<[code: number | null]>
  const signalAll = (signal: NodeJS.Signals) => {
    if (child.pid === undefined) throw new Error(`${command} was not started`)
    process.kill(-child.pid, signal)
  }
  return { ended, stdout: () => stdout, stderr: () => stderr, signalAll }
}

export const runInShell = async (command: string) => {
  const started = startInShell(command)
  const [code] = await started.ended
  return { code, stdout: started.stdout(), stderr: started.stderr() }
}
