import { once } from 'node:events'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { call, problem } from '@gatehouse/contracts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { AppError, createHealth, createLog, createMetrics, createOn, type Route, serve } from '../src/service.ts'

const form = z.object({ username: z.string().min(1).max(10) })
const echoed = {
  tag: 'auth',
  summary: 'Says what it was told',
  by: 'anyone',
  body: {
    types: ['application/x-www-form-urlencoded', 'application/json'],
    schema: form,
    example: { username: 'ada' },
    maxBytes: 16 * 1024,
  },
  answers: { status: 200, description: 'the same', schema: form },
} as const
const nobody = () => expect.fail('only what everybody may call is here')
const { on } = createOn({ user: nobody, admin: nobody, service: nobody })
const table: Route[] = [
  on(call('POST /echo', echoed), ({ body }) => body),
  on(call('POST /token', { ...echoed, oauth: {} }), ({ body }) => body),
  ['GET', '/users/:id', (req, res) => void res.json(req.params)],
  [
    'GET',
    '/bug',
    () => {
      throw new Error('secret detail')
    },
  ],
  [
    'GET',
    '/busy',
    () => {
      throw new AppError('unavailable', 'too_busy', 'Busy.', { headers: { 'Retry-After': '1' } })
    },
  ],
]

let server: Awaited<ReturnType<typeof serve>>
beforeAll(async () => {
  const log = createLog('test', 'silent')
  const health = createHealth({ database: () => ({ state: 'up' }) })
  server = await serve(table, { health, metrics: createMetrics(), log, host: '127.0.0.1', port: 0 })
})
afterAll(() => server.close())

const refusal = async (path: string, init: RequestInit = {}) => {
  const response = await fetch(server.url + path, init)
  expect(response.headers.get('content-type')).toMatch('application/problem+json')
  const body = problem.parse(await response.json())
  expect(body.status).toBe(response.status)
  expect(response.headers.get('x-request-id')).toBe(body.request_id)
  return { status: response.status, code: body.code, body, headers: response.headers }
}
const post = (path: string, type: string, body: string) =>
  refusal(path, { method: 'POST', headers: { 'content-type': type }, body })

const urlencoded = 'application/x-www-form-urlencoded'

describe('bad input', () => {
  it.each([
    ['a missing field', urlencoded, '', 400, 'invalid_request'],
    ['an empty field', urlencoded, 'username=', 400, 'invalid_request'],
    ['a repeated field', urlencoded, 'username=a&username=b', 400, 'repeated_field'],
    ['an over-long field', urlencoded, 'username=12345678901', 400, 'invalid_request'],
    ['a field of another type', 'application/json', '{"username":["a"]}', 400, 'invalid_request'],
    ['broken JSON', 'application/json', '{"username":', 400, 'invalid_json'],
    ['a broken form', urlencoded, 'username=%zz', 400, 'invalid_form'],
    ['bytes that are no UTF-8', urlencoded, 'username=%ff', 400, 'invalid_form'],
    ['another content type', 'text/plain', 'username=a', 415, 'unsupported_media_type'],
    ['parts of a form', 'multipart/form-data; boundary=x', '--x--', 415, 'unsupported_media_type'],
    ['another charset', `${urlencoded}; charset=utf-16`, 'username=a', 415, 'unsupported_media_type'],
    ['a body over 16 KiB', 'application/json', JSON.stringify({ username: 'a'.repeat(17_000) }), 413, 'body_too_large'],
  ])('answers %s', async (_what, type, body, status, code) => {
    expect(await post('/echo', type, body)).toMatchObject({ status, code })
  })

  it('names the field that is wrong, or the body where it is the whole', async () => {
    const detailOf = async (body: string) => (await post('/echo', 'application/json', body)).body.detail
    expect(await detailOf('{"username":1}')).toMatch(/^username: /)
    expect(await detailOf('[]')).toMatch(/^body: /)
  })

  it('answers a body that says nothing of its type', async () => {
    // A Blob without type is the one body for which fetch makes up no content type.
    const untyped = await refusal('/echo', { method: 'POST', body: new Blob(['username=a']) })
    expect(untyped).toMatchObject({ status: 415, code: 'unsupported_media_type' })
  })

  it('says in which form it takes a body', async () => {
    const { headers } = await post('/echo', 'text/plain', 'username=a')
    expect(headers.get('accept')).toBe('application/x-www-form-urlencoded, application/json')
  })

  it('answers a compressed body it was not made for', async () => {
    const headers = { 'content-type': 'application/json', 'content-encoding': 'snappy' }
    expect(await refusal('/echo', { method: 'POST', headers, body: '{}' })).toMatchObject({
      status: 415,
      code: 'unsupported_encoding',
    })
  })

  it.each([
    ['gzip', 'no gzip'],
    ['gzip', gzipSync('{"username":"ada"}').subarray(0, 20)],
    ['br', 'no br'],
  ])('answers a body that is not in the encoding %s that it announces', async (encoding, body) => {
    const headers = { 'content-type': 'application/json', 'content-encoding': encoding }
    expect(await refusal('/echo', { method: 'POST', headers, body })).toMatchObject({
      status: 400,
      code: 'malformed_request',
    })
  })

  it('answers an unknown path, a wrong method with Allow, and a path that does not decode', async () => {
    expect(await refusal('/nowhere')).toMatchObject({ status: 404, code: 'not_found' })
    const wrong = await refusal('/echo')
    expect(wrong).toMatchObject({ status: 405, code: 'method_not_allowed' })
    expect(wrong.headers.get('allow')).toBe('POST')
    expect(await refusal('/users/%zz')).toMatchObject({ status: 400, code: 'malformed_request' })
  })

  it('adds the OAuth members at a token endpoint', async () => {
    const { body, headers } = await post('/token', urlencoded, '')
    expect(body).toMatchObject({ error: 'invalid_request', error_description: body.detail })
    expect(headers.get('cache-control')).toBe('no-store')
  })

  it('tells nothing of a bug but the request id', async () => {
    const { status, body } = await refusal('/bug')
    expect(status).toBe(500)
    expect(JSON.stringify(body)).not.toContain('secret detail')
  })

  it('tells when to come back', async () => {
    expect((await refusal('/busy')).headers.get('retry-after')).toBe('1')
  })

  it.each([
    [
      'headers over 8 KiB',
      `GET / HTTP/1.1\r\nHost: a\r\nX-Long: ${'a'.repeat(9_000)}\r\n\r\n`,
      431,
      'headers_too_large',
    ],
    ['what is not HTTP', 'hello\r\n\r\n', 400, 'malformed_request'],
    [
      'two lengths',
      'POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
      400,
      'malformed_request',
    ],
  ])('answers %s on the bare connection', async (_what, bytes, status, code) => {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
    socket.write(bytes)
    let answer = ''
    socket.on('data', (chunk) => {
      answer += chunk
    })
    await once(socket, 'close')
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    expect(problem.parse(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n'))))).toMatchObject({ status, code })
  })
})

describe('health and metrics', () => {
  it('names each dependency', async () => {
    expect(await (await fetch(`${server.url}/health/ready`)).json()).toEqual({
      status: 'ready',
      dependencies: { database: { state: 'up' } },
    })
  })

  it('counts by route pattern, never by path', async () => {
    await fetch(`${server.url}/users/some-path`)
    const text = await (await fetch(`${server.url}/metrics`)).text()
    expect(text).toContain('route="/users/:id"')
    expect(text).not.toContain('some-path')
  })
})
