import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { eventually, freePort, installPacked, startFakeIssuer } from '@gatehouse/testkit'
import { describe, expect, it, onTestFinished } from 'vitest'

describe('the packed library in an empty project', () => {
  it('type-checks and runs the example of its README', { timeout: 180_000 }, async () => {
    const { folder, remove } = installPacked(new URL('../README.md', import.meta.url), ['express@5'])
    onTestFinished(remove)
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
