import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { eventually, freePort, startFakeIssuer } from '@gatehouse/testkit'
import { describe, expect, it, onTestFinished } from 'vitest'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const example = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? ''

/** An empty project in which somebody followed the README. */
const install = () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-packed-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  execFileSync(process.execPath, [join(root, 'infra/packages/pack.ts'), folder], { stdio: 'pipe' })
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'example', private: true, type: 'module' }))
  const tarballs = readdirSync(folder).filter((it) => it.endsWith('.tgz'))
  const options = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts']
  execFileSync('npm', ['install', ...options, 'express@5', ...tarballs.map((it) => `./${it}`)], {
    cwd: folder,
    stdio: 'pipe',
  })
  writeFileSync(join(folder, 'example.ts'), example)
  return folder
}

describe('the packed library in an empty project', () => {
  it('type-checks and runs the example of its README', { timeout: 180_000 }, async () => {
    const folder = install()
    const compiler = join(root, 'node_modules/.bin/tsc')
    const strict = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--types', 'node']
    execFileSync(compiler, [...strict, 'example.ts'], { cwd: folder, stdio: 'pipe' })

    const issuer = await startFakeIssuer()
    onTestFinished(() => issuer.close())
    const port = await freePort()
    const env = { PATH: process.env.PATH, PORT: String(port), ISSUER: issuer.issuer }
    const child = spawn(process.execPath, ['example.ts'], { cwd: folder, env, stdio: 'inherit' })
    onTestFinished(() => void child.kill('SIGKILL'))
    const get = async (path: string, token?: string) => {
      const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` }
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers })
      return { status: answer.status, body: await answer.json() }
    }
    await eventually(async () => expect(await get('/hello')).toMatchObject({ status: 401 }), { withinMs: 20_000 })
    expect(await get('/hello', 'x')).toMatchObject({ status: 401, body: { code: 'invalid_token' } })
    const grace = await issuer.token({ preferred_username: 'grace' })
    expect(await get('/hello', grace)).toEqual({ status: 200, body: { hello: 'grace' } })
    expect(await get('/secret', grace)).toMatchObject({ status: 403, body: { code: 'insufficient_scope' } })
    expect(await get('/secret', await issuer.token({ roles: ['admin'] }))).toMatchObject({ status: 200 })

    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([0, null])
  })
})
