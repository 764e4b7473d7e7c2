import { networkInterfaces } from 'node:os'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createHealth, createLog, createMetrics, currentRequest, type Route, serve } from '../src/service.ts'

const table: Route[] = [
  ['GET', '/from', (req, res) => void res.json({ ip: req.ip, context: currentRequest()?.address, seen: req.headers })],
]

const start = async (proxySecret?: string) => {
  const log = createLog('test', 'silent')
  const parts = { health: createHealth({}), metrics: createMetrics(), log, host: '0.0.0.0', port: 0 }
  const server = await serve(table, { ...parts, ...(proxySecret !== undefined && { proxySecret }) })
  onTestFinished(() => server.close())
  return server.url
}
type Seen = { ip: string; context: string; seen: Record<string, string> }
const ask = async (url: string, headers: Record<string, string>) =>
  (await (await fetch(`${url}/from`, { headers })).json()) as Seen

const claim = { 'x-forwarded-for': '203.0.113.7', 'x-forwarded-host': 'a', 'x-forwarded-proto': 'https' }
const lies = { ...claim, forwarded: 'for=203.0.113.7', 'x-real-ip': '203.0.113.7' }

describe('the address of a client', () => {
  it.each([
    ['no secret', {}],
    ['an empty secret', { 'x-gatehouse-proxy': '' }],
    ['a wrong secret', { 'x-gatehouse-proxy': 'the secreu' }],
    ['the beginning of the secret', { 'x-gatehouse-proxy': 'the secre' }],
    ['the secret twice', { 'x-gatehouse-proxy': 'the secret, the secret' }],
  ])('is the one of its connection where %s comes with what is claimed', async (_what, headers) => {
    const { ip, context, seen } = await ask(await start('the secret'), { ...lies, ...headers })
    expect(ip).toMatch(/127\.0\.0\.1$/)
    expect(context).toBe(ip)
    expect(Object.keys(seen).filter((it) => it.includes('forwarded') || /real|proxy/.test(it))).toEqual([])
  })

  it('is what the proxy says, which is the last to say it, and its secret goes no further', async () => {
    const headers = { ...claim, 'x-forwarded-for': '198.51.100.1, 203.0.113.7', 'x-gatehouse-proxy': 'the secret' }
    const { ip, context, seen } = await ask(await start('the secret'), headers)
    expect([ip, context]).toEqual(['203.0.113.7', '203.0.113.7'])
    expect(seen).not.toHaveProperty('x-gatehouse-proxy')
  })

  it('is, where there is no secret, believed from this machine and from nowhere else', async () => {
    const url = await start()
    expect(await ask(url, claim)).toMatchObject({ ip: '203.0.113.7' })
    const other = Object.values(networkInterfaces())
      .flatMap((it) => it ?? [])
      .find((it) => !it.internal && it.family === 'IPv4')?.address
    if (other === undefined) throw new Error('this machine has no address but its loopback')
    expect(await ask(url.replace('127.0.0.1', other), lies)).toMatchObject({ ip: other })
  })
})
