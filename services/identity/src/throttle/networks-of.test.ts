import { describe, expect, it } from 'vitest'
import { networksOf } from './networks-of.ts'

describe('the networks of an address', () => {
  it('are only the address for IPv4, also if mapped to IPv6', () => {
    expect(networksOf('192.0.2.1')).toEqual(['192.0.2.1'])
    expect(networksOf('::ffff:192.0.2.1')).toEqual(['192.0.2.1'])
  })

  it('are the /64, the /56 and the /48 for IPv6, normalized', () => {
    const networks = ['2001:db8:a:1234', '2001:db8:a:1200/56', '2001:db8:a/48']
    expect(networksOf('2001:db8:a:1234:5:6:7:8')).toEqual(networks)
    expect(networksOf('2001:0DB8:000a:1234::1')).toEqual(networks)
    expect(networksOf('2001:db8::4:5:6:7:8')).toEqual(['2001:db8:0:4', '2001:db8:0:0/56', '2001:db8:0/48'])
    expect(networksOf('::1')).toEqual(['0:0:0:0', '0:0:0:0/56', '0:0:0/48'])
  })

  it('are `unknown` for text that is no address', () => {
    for (const text of ['', 'x', '1.2.3', 'fe80::1%']) expect(networksOf(text)).toEqual(['unknown'])
  })
})
