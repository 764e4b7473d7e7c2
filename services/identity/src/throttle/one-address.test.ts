import { createLog } from '@gatehouse/service'
import { describe, expect, it, vi } from 'vitest'
import { createOneAddressWarning } from './one-address.ts'

const start = () => {
  const log = createLog('one-address-test', 'silent')
  const warn = vi.spyOn(log, 'warn')
  const clock = { ms: 0 }
  return { observe: createOneAddressWarning(log, () => clock.ms), warn, clock }
}

describe('the warning about one address', () => {
  it('is logged once an hour while nearly all sign-ins of many users come from it', () => {
    const { observe, warn, clock } = start()
    const signIns = () => {
      for (let nth = 0; nth < 300; nth += 1) observe(`user ${nth}`, nth % 20 === 0 ? `10.0.0.${nth}` : '192.0.2.1')
    }
    signIns()
    expect(warn).toHaveBeenCalledTimes(1)
    expect(warn.mock.calls[0]).toMatchObject([{ address: '192.0.2.1' }, expect.stringContaining('TRUSTED_PROXIES')])
    clock.ms = 3_600_000
    signIns()
    expect(warn).toHaveBeenCalledTimes(2)
  })

  it('is not logged for one user who signs in often, nor for users from many addresses', () => {
    const { observe, warn } = start()
    for (let nth = 0; nth < 300; nth += 1) observe('ada', '192.0.2.1')
    for (let nth = 0; nth < 300; nth += 1) observe(`user ${nth}`, `10.0.${nth % 7}.1`)
    expect(warn).not.toHaveBeenCalled()
  })
})
