import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { eventually, type FaultProxy, startFaultProxy } from '../src/testkit.ts'

let echo: Server
let proxy: FaultProxy
beforeAll(async () => {
  echo = createServer((socket) => void socket.on('error', () => socket.destroy()).pipe(socket)).listen(0, '127.0.0.1')
  await once(echo, 'listening')
})
afterAll(() => void echo.close())
beforeEach(async () => {
  proxy = await startFaultProxy({ target: { host: '127.0.0.1', port: (echo.address() as AddressInfo).port } })
})
afterEach(() => proxy.close())

const dial = () => {
  const socket = connect(proxy.port, proxy.host)
  const seen = { text: '', error: '', ended: false }
  socket.setEncoding('utf8')
  socket.on('data', (chunk: string) => {
    seen.text += chunk
  })
  socket.on('error', (error: NodeJS.ErrnoException) => {
    seen.error = error.code ?? error.message
  })
  socket.on('close', () => {
    seen.ended = true
  })
  return { seen, say: (text: string) => void socket.write(text), hangUp: () => void socket.end() }
}
const within = (ms: number, check: () => void) => eventually(check, { withinMs: ms, everyMs: 2 })

/** A connection that has reached the target. */
const joined = async () => {
  const line = dial()
  line.say('hello')
  await within(1_000, () => expect(line.seen.text).toBe('hello'))
  line.seen.text = ''
  return line
}

describe('the fault proxy', () => {
  it('resets existing and new connections', async () => {
    const old = await joined()
    proxy.reset()
    await within(1_000, () => expect(old.seen.error).toBe('ECONNRESET'))
    const fresh = dial()
    await within(1_000, () => expect(fresh.seen.error).toBe('ECONNRESET'))
    expect(proxy.connections()).toBe(2)
  })

  it('holds bytes back while it stalls, and forwards them afterwards', async () => {
    const line = await joined()
    proxy.stall()
    line.say('late')
    await expect(within(80, () => expect(line.seen.text).toBe('late'))).rejects.toThrow()
    expect(line.seen.ended).toBe(false)
    proxy.pass()
    await within(1_000, () => expect(line.seen.text).toBe('late'))
  })

  it('leaves clients on a half-open connection', async () => {
    const line = await joined()
    proxy.halfOpen()
    line.say('lost')
    await expect(within(80, () => expect(line.seen.text + line.seen.ended).not.toBe('false'))).rejects.toThrow()
  })

  it('cuts after a number of bytes in one direction', async () => {
    const line = await joined()
    proxy.cutAfter(3, 'to-client')
    line.say('abcdef')
    await within(1_000, () => expect(line.seen).toEqual({ text: 'abc', error: 'ECONNRESET', ended: true }))
  })

  it('drips', async () => {
    const line = await joined()
    proxy.drip(1, 10)
    line.say('abcdefgh')
    await within(1_000, () => expect(line.seen.text).toMatch(/^a/))
    expect(line.seen.text).not.toBe('abcdefgh')
    await within(1_000, () => expect(line.seen.text).toBe('abcdefgh'))
  })

  it('delays every byte once in each direction, for any number of bytes in flight', async () => {
    const line = await joined()
    proxy.delay(50)
    const startedAt = performance.now()
    for (const letter of 'abcdefghij') line.say(letter)
    await within(1_000, () => expect(line.seen.text).toBe('abcdefghij'))
    expect(performance.now() - startedAt).toBeGreaterThan(95)
    // One at a time they would take a second.
    expect(performance.now() - startedAt).toBeLessThan(900)
  })

  it('passes on an orderly end', async () => {
    const line = await joined()
    line.hangUp()
    await within(1_000, () => expect(line.seen).toEqual({ text: '', error: '', ended: true }))
  })
})
