import { isIPv4, isIPv6 } from 'node:net'

/** Groups an IPv6 address into its /64, which one subscriber has to himself (RFC 6177); IPv4 stays whole. */
export const networkOf = (address: string) => {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '')
  if (isIPv4(plain)) return plain
  if (!isIPv6(plain)) return 'unknown'
  const [head = '', tail] = plain.split('::')
  const left = head.split(':').filter((it) => it !== '')
  const right = (tail ?? '').split(':').filter((it) => it !== '')
  const zeros = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0')
  return [...left, ...(tail === undefined ? [] : zeros), ...right]
    .slice(0, 4)
    .map((it) => Number.parseInt(it, 16).toString(16))
    .join(':')
}
