import { expect, it } from 'vitest'
import { addressToPublish } from '../src/published-address.ts'

it.each([
  ['this machine', 'localhost', '127.0.0.1'],
  ['the bridge of the engine, seen from a container', '172.17.0.1', '172.17.0.1'],
  ['an engine elsewhere', 'engine.example', '0.0.0.0'],
  ['an address that Compose would have to quote', 'fe80::1', '0.0.0.0'],
])('publishes where %s is asked', (_, host, address) => {
  expect(addressToPublish(host)).toBe(address)
})
