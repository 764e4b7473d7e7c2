import { createLog } from '@gatehouse/service'
import { describe, expect, it, vi } from 'vitest'
import { tooBusy } from '../passwords/work-queue.ts'
import { createTryPassword } from './try-password.ts'

const refusal = () => new Error('refused')
const attempt = { username: 'nobody', password: 'guess', origin: { device: null, address: '192.0.2.1' }, refusal }

/** An attempt with an unknown username. */
const start = ({ waitSeconds = 0 } = {}) => {
  const reservation = { user: null, waitSeconds, failuresOf: () => 1, succeeded: vi.fn(), takeBack: vi.fn() }
  const throttle = { reserve: vi.fn(async () => reservation) }
  const passwords = {
    decoy: 'the decoy',
    startRefusal: () => ({ wait: async () => undefined }),
    admit: vi.fn((_account: string, work: () => Promise<unknown>) => work()),
    check: vi.fn(async () => ({ isRight: true, wasTried: true, isBusy: false })),
  }
  const db = { transaction: vi.fn(async () => undefined) }
  const audit = { throttled: vi.fn(async () => undefined) }
  const needs = { db, passwords, throttle, audit, log: createLog('test', 'silent') }
  const tryPassword = createTryPassword(needs as never)
  const whenRight = vi.fn()
  return { ...needs, reservation, whenRight, tried: () => tryPassword(attempt as never, whenRight) }
}

describe('a try of a password', () => {
  it('verifies a hash for an unknown username, and fails whatever the result', async () => {
    const { tried, passwords, whenRight, db } = start()
    await expect(tried()).rejects.toThrow('refused')
    expect(passwords.check.mock.calls).toEqual([['the decoy', 'guess']])
    expect(whenRight).not.toHaveBeenCalled()
    expect(db.transaction, 'its event').toHaveBeenCalledOnce()
  })

  it('is neither counted nor costs a hash without admission', async () => {
    const { tried, passwords, throttle } = start()
    passwords.admit.mockRejectedValue(tooBusy())
    await expect(tried()).rejects.toMatchObject({ code: 'too_busy' })
    expect(throttle.reserve).not.toHaveBeenCalled()
    expect(passwords.check).not.toHaveBeenCalled()
  })

  it('costs no hash during a wait of the throttle', async () => {
    const { tried, passwords, audit } = start({ waitSeconds: 7 })
    await expect(tried()).rejects.toMatchObject({ code: 'too_many_attempts', headers: { 'Retry-After': '7' } })
    expect(passwords.check).not.toHaveBeenCalled()
    expect(audit.throttled).toHaveBeenCalledOnce()
  })

  it('is not counted if the password could not be checked', async () => {
    const { tried, passwords, reservation } = start()
    passwords.check.mockRejectedValue(new Error('no memory'))
    await expect(tried()).rejects.toThrow('no memory')
    expect(reservation.takeBack).toHaveBeenCalledOnce()
  })
})
