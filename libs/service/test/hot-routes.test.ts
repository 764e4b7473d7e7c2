import { once } from 'node:events'
import { request } from 'node:http'
import { describe, expect, it, onTestFinished } from 'vitest'
import { AppError, createHealth, createLog, createMetrics, type HotRoute, serve } from '../src/service.ts'

const ok = { status: 200, headers: ['Content-Type', 'text/plain', 'Content-Length', '2'], body: 'ok' }
const refused = () => new AppError('forbidden', 'not_you', 'Not you.', { headers: { 'X-Why': 'so' } })

const hot: Record<string, HotRoute> = {
  '/now': { answer: () => ok },
  '/later': { answer: async () => ok },
  '/query': { answer: (_req, query) => ({ status: 204, headers: ['X-Query', query] }) },
  '/refused': {
    answer: () => {
      throw refused()
    },
    problemHeader: 'X-Problem',
  },
  '/refused-later': { answer: () => Promise.reject(refused()) },
  '/bug': { answer: () => Promise.reject(new Error('secret detail')), problemHeader: 'X-Problem' },
}

const start = async () => {
  const lines: string[] = []
  const log = createLog('test', 'info', { write: (line: string) => void lines.push(line) })
  const parts = { health: createHealth({}), metrics: createMetrics(), log, host: '127.0.0.1', port: 0 }
  const server = await serve([['GET', '/warm', (_req, res) => void res.json('warm')]], {
    ...parts,
    hotRoutes: new Map(Object.entries(hot)),
  })
  onTestFinished(() => server.close())
  const { hostname, port } = new URL(server.url)
  const send = async (path: string, { method = 'GET', headers = [] as string[] } = {}) => {
    const options = { hostname, port, path, method, headers: ['Host', 'localhost', ...headers], agent: false }
    const [res] = await once(request(options).end(), 'response')
    return { status: res.statusCode, headers: res.headers, body: Buffer.concat(await res.toArray()).toString() }
  }
  return { send, logged: () => lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg !== 'listening') }
}

describe('a hot route', () => {
  it('answers at once or later, by every spelling of its path and no other', async () => {
    const { send } = await start()
    for (const path of [
      '/now',
      '/later',
      '/now?',
      '/now?a=b',
      '/later#part',
      'http://localhost/now',
      'HTTP://x:1/now?a',
      'ftp://z/now',
    ])
      expect(await send(path), path).toMatchObject({ status: 200, body: 'ok' })
    for (const path of ['/now/', '/Now', '//now', '/./now', '/n%6fw', '/now;a', 'http://localhost/', '/nowhere'])
      expect(await send(path), path).toMatchObject({ status: 404 })
    expect(await send('/warm')).toMatchObject({ status: 200, body: '"warm"' })
  })

  it('is told its query as it came', async () => {
    const { send } = await start()
    for (const [path, query] of [
      ['/query', ''],
      ['/query?', ''],
      ['/query?a=%20&b?c', 'a=%20&b?c'],
      ['/query?a#b?c', 'a'],
      ['http://localhost/query?a', 'a'],
    ] as const)
      expect((await send(path)).headers['x-query'], path).toBe(query)
  })

  it('answers HEAD as GET, without the body, and no other method', async () => {
    const { send } = await start()
    const answer = await send('/now', { method: 'HEAD' })
    expect(answer).toMatchObject({ status: 200, headers: { 'content-length': '2' }, body: '' })
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
      const other = await send('/now', { method })
      expect(other, method).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } })
      expect(JSON.parse(other.body), method).toMatchObject({ code: 'method_not_allowed' })
    }
  })

  it('is refused in the words of every other route, in the log as well', async () => {
    const { send, logged } = await start()
    const id = 'a-request-of-ours'
    for (const path of ['/refused', '/refused-later']) {
      const answer = await send(path, { headers: ['X-Request-Id', id] })
      expect(answer).toMatchObject({ status: 403, headers: { 'x-why': 'so', 'x-request-id': id } })
      expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8')
      expect(JSON.parse(answer.body)).toMatchObject({
        status: 403,
        code: 'not_you',
        detail: 'Not you.',
        request_id: id,
      })
      expect(answer.headers['x-problem']).toBe(path === '/refused' ? answer.body : undefined)
      expect(logged().at(-1)).toMatchObject({
        level: 'info',
        msg: 'request refused',
        request_id: id,
        method: 'GET',
        path,
        status: 403,
        code: 'not_you',
      })
    }
  })

  it('tells nothing of a bug but the id by which its line of the log is found', async () => {
    const { send, logged } = await start()
    const answer = await send('/bug')
    expect(answer).toMatchObject({ status: 500 })
    expect(answer.headers['x-problem']).toBeUndefined()
    expect(answer.body).not.toContain('secret')
    const { request_id, code } = JSON.parse(answer.body)
    expect(code).toBe('internal_error')
    expect(logged()).toMatchObject([
      { level: 'error', msg: 'request failed', request_id, err: { message: 'secret detail' } },
    ])
  })

  it('keeps an id that is harmless and makes one for any other', async () => {
    const { send } = await start()
    const idOf = async (...headers: string[]) => (await send('/now', { headers })).headers['x-request-id']
    expect(await idOf('x-request-id', 'plain_id-1')).toBe('plain_id-1')
    for (const id of ['short', 'a b c d e f', `${'x'.repeat(65)}`, '"quoted-id"'])
      expect(await idOf('X-Request-Id', id)).toMatch(/^[0-9a-f-]{36}$/)
    expect(await idOf('X-Request-Id', 'plain_id-1', 'X-Request-Id', 'plain_id-2')).toMatch(/^[0-9a-f-]{36}$/)
    expect(await idOf()).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('is counted by its path, whatever came of it', async () => {
    const { send } = await start()
    await send('/now?a=b')
    await send('/now', { method: 'HEAD' })
    await send('/refused')
    await send('/bug')
    const { body } = await send('/metrics')
    for (const labels of [
      'method="GET",route="/now",status="200"',
      'method="HEAD",route="/now",status="200"',
      'method="GET",route="/refused",status="403"',
      'method="GET",route="/bug",status="500"',
    ])
      expect(body).toContain(`http_request_duration_seconds_count{${labels}} 1`)
  })
})
