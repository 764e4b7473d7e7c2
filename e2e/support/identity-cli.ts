import { spawn } from 'node:child_process'
import { inject } from 'vitest'
import type {} from './global-setup.ts'

const start = (args: string[], input: string, settings: Record<string, string>) =>
  new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve, reject) => {
    const { cwd, env } = inject('gatehouse').compose
    const child = spawn('docker', ['compose', ...args], { cwd, env: { ...process.env, ...env, ...settings } })
    let [stdout, stderr] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    child.on('error', reject).on('close', (code) => resolve({ code, stdout, stderr }))
    // A command that refuses its arguments does not wait for its input.
    child.stdin.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') reject(error)
    })
    child.stdin.end(input)
  })

/** `./gatehouse user …` and `./gatehouse keys …`, as that script runs them; whatever becomes of it is an answer. */
export const cli = (args: string[], input = '') =>
  start(['exec', '-T', 'identity', 'node', 'services/identity/src/cli.ts', ...args], input, {})

/** Makes identity's containers anew with other settings than the stack's; without any it is as it was. */
export const recreateIdentity = async (settings: Record<string, string> = {}) => {
  const { code, stderr } = await start(['up', '--detach', '--no-build', '--no-deps', 'identity'], '', settings)
  if (code !== 0) throw new Error(`identity was not made anew: ${stderr}`)
}
