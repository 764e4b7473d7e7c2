import { createLog } from '@gatehouse/service'
import { describe, expect, it, vi } from 'vitest'
import { createOneAddressNotice } from './one-address.ts'

const start = () => {
  const log = createLog('one-address-test', 'silent')
  const warn = vi.spyOn(log, 'warn')
  const clock = { ms: 0 }
  return { notice: createOneAddressNotice(log, () => clock.ms), warn, clock }
}

describe('the notice of one address', () => {
  it('is given when nearly all sign-ins of many people come from it, once an hour', () => {
    const { notice, warn, clock } = start()
    const signIns = () => {
      for (let nth = 0; nth < 300; nth += 1) notice(`user ${nth}`, nth % 20 === 0 ? `10.0.0.${nth}` : '192.0.2.1')
    }
    signIns()
    expect(warn).toHaveBeenCalledTimes(1)
    expect(warn.mock.calls[0]).toMatchObject([{ address: '192.0.2.1' }, expect.stringContaining('TRUSTED_PROXIES')])
    clock.ms = 3_600_000
    signIns()
    expect(warn).toHaveBeenCalledTimes(2)
  })

  it('is not given for one person who signs in often, nor for people from everywhere', () => {
    const { notice, warn } = start()
    for (let nth = 0; nth < 300; nth += 1) notice('ada', '192.0.2.1')
    for (let nth = 0; nth < 300; nth += 1) notice(`user ${nth}`, `10.0.${nth % 7}.1`)
    expect(warn).not.toHaveBeenCalled()
  })
})
