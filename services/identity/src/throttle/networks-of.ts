import { isIPv4, isIPv6 } from 'node:net'

const groupsOf = (address: string) => {
  const [head = '', tail] = address.split('::')
  const left = head.split(':').filter((it) => it !== '')
  const right = (tail ?? '').split(':').filter((it) => it !== '')
  const zeros = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0')
  return [...left, ...(tail === undefined ? [] : zeros), ...right].map((it) => Number.parseInt(it, 16))
}

const written = (groups: number[]) => groups.map((it) => it.toString(16)).join(':')

/**
 * The networks of an address, smallest first. An IPv6 device gets a /64, a site a /56 or a /48 (RFC 6177), so an attacker
 * with a site has 256 or 65,536 /64 networks. An IPv4 address is its own network: adjacent addresses belong to others.
 */
export const networksOf = (address: string): [string, ...string[]] => {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '')
  if (isIPv4(plain)) return [plain]
  if (!isIPv6(plain)) return ['unknown']
  const [a = 0, b = 0, c = 0, d = 0] = groupsOf(plain)
  return [written([a, b, c, d]), `${written([a, b, c, d & 0xff00])}/56`, `${written([a, b, c])}/48`]
}
