import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { createHealth, createLog, createMetrics, serve } from '../src/service.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const failedQuery = () => Object.assign(new Error('no such column'), { parameters: ['planted'], query: 'planted' })

it('an answer that breaks off is cut, and its error is a line of the log like every other', async () => {
  const lines: string[] = []
  const log = createLog('test', 'warn', { write: (line: string) => void lines.push(line) })
  const needs = { health: createHealth({}), metrics: createMetrics(), log, host: '127.0.0.1', port: 0 }
  const server = await serve(
    [
      [
        'GET',
        '/half',
        (_req, res) => {
          res.set('Content-Length', '10').write('half')
          throw failedQuery()
        },
      ],
    ],
    needs,
  )
  try {
    const whole = fetch(`${server.url}/half`).then((answer) => answer.text())
    await expect(whole).rejects.toThrow()
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { msg: 'response aborted', path: '/half', err: { message: 'no such column' } },
    ])
    expect(lines[0]).not.toContain('planted')
  } finally {
    await server.close()
  }
})

it('an error that nobody caught ends the service with a line of the log, and standard error has nothing of it', async () => {
  const program = `
    import { runService } from '@gatehouse/service'
    const start = async () => {
      setTimeout(() => Promise.reject(Object.assign(new Error('too late'), { parameters: ['planted'] })), 1)
      return { close: async () => {} }
    }
    await runService({ name: 'test', readConfig: () => ({ logLevel: 'info' }), start })
    setInterval(() => {}, 1000)`
  const ended = await new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    const args = ['--input-type=module', '--eval', program]
    execFile(process.execPath, args, { cwd: `${root}/services/identity` }, (error, stdout, stderr) =>
      resolve({ code: error?.code, stdout, stderr }),
    )
  })
  expect(ended.code).toBe(1)
  expect(JSON.parse(ended.stdout)).toMatchObject({ level: 'fatal', err: { message: 'too late' } })
  expect(ended.stdout + ended.stderr).not.toContain('planted')
})
