import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { eventually } from '@gatehouse/testkit'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { gatehouse, refusalOf } from '../support/client.ts'
import { containers, docker, site } from '../support/stack.ts'
import { untilHealthy } from '../support/until-healthy.ts'

beforeAll(() => untilHealthy())

/** Connections of one client that say `bytes` and then nothing more. */
const open = async (count: number, bytes: string) => {
  const { hostname, port } = new URL(site())
  const sockets: { socket: Socket; answer: string }[] = []
  onTestFinished(() => {
    for (const { socket } of sockets) socket.destroy()
  })
  for (let nth = 0; nth < count; nth += 1) {
    const opened = { socket: connect(Number(port), hostname), answer: '' }
    opened.socket.on('error', () => {}) // Nginx may end it, which is what it is for
    opened.socket.setEncoding('utf8').on('data', (text: string) => {
      opened.answer += text
    })
    await once(opened.socket, 'connect')
    opened.socket.write(bytes)
    sockets.push(opened)
  }
  return { refused: () => sockets.filter((it) => it.answer.startsWith('HTTP/1.1 429 ')), count }
}

// Under way for as long as its body does not come.
const unfinished = 'POST /api/auth/logout HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n'

describe('one client', () => {
  it('has no more than 256 requests under way, and is told so; another one is served meanwhile', async () => {
    const { refused } = await open(300, unfinished)
    await eventually(() => expect(refused().length).toBeGreaterThanOrEqual(300 - 256))
    expect(refused().length).toBeLessThan(300 - 200)
    const answer = await gatehouse().readHealth()
    expect(refusalOf(answer)).toEqual({ status: 429, code: 'too_many_requests' })
    expect(answer.headers.get('retry-after')).toBe('1')

    const [other] = await containers('guarded-upstream')
    const ask = "fetch('http://nginx:8080/api/health').then((it) => console.log(it.status))"
    expect(await docker('exec', other?.Id ?? '', 'node', '-e', ask)).toBe('200')
  })

  it('is served again when these are over', async () => {
    await eventually(async () => expect(await gatehouse().readHealth()).toMatchObject({ status: 200 }), {
      withinMs: 20_000,
    })
  })

  it('that holds a thousand idle connections takes nothing from anybody', async () => {
    const { refused } = await open(1_000, 'GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n')
    expect(refused()).toEqual([])
    expect(await gatehouse().readHealth()).toMatchObject({ status: 200 })
  })
})
