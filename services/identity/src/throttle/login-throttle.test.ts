import { createLog } from '@gatehouse/service'
import { describe, expect, it, vi } from 'vitest'
import { createLoginThrottle } from './login-throttle.ts'

/** A throttle before a database that counts and blocks nobody. */
const start = () => {
  const log = createLog('login-throttle-test', 'silent')
  const warn = vi.spyOn(log, 'warn')
  const row = { throttle_lane: 'stranger', throttle_wait_seconds: 0, throttle_counts: { counted: 3 }, throttle_at: '7' }
  const query = vi.fn(async () => [row])
  const throttle = createLoginThrottle({ manager: { query } } as never, log)
  const reserve = (username: string) => throttle.reserve({ username, origin: { address: '192.0.2.1', device: null } })
  return { reserve, warn, query }
}

describe('the login throttle', () => {
  it('warns if nearly all sign-ins of many users come from one address', async () => {
    const { reserve, warn } = start()
    for (let nth = 0; nth < 100; nth += 1) await reserve(`user ${nth}`)
    expect(warn).toHaveBeenCalledOnce()
    expect(warn.mock.calls[0]?.[0]).toMatchObject({ address: '192.0.2.1' })
  })

  it('tells the failures of a counter, and none of one that was not counted', async () => {
    const attempt = await start().reserve('ada')
    const key = { free: 1, waits: [], isOwn: true }
    expect(attempt.failuresOf({ ...key, key: 'counted' })).toBe(3)
    expect(attempt.failuresOf({ ...key, key: 'another' })).toBe(0)
  })

  it('settles an attempt once', async () => {
    const { reserve, query } = start()
    const attempt = await reserve('ada')
    const inTransaction = vi.fn()
    await attempt.succeeded({ query: inTransaction } as never)
    await attempt.takeBack()
    expect(inTransaction).toHaveBeenCalledOnce()
    expect(query, 'the reservation alone').toHaveBeenCalledOnce()
  })
})
