import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'

const prefix = 'ghr_'
const idBytes = 6
const sessionBytes = 16
const counterBytes = 4
const macBytes = 32
const bodyBytes = idBytes + sessionBytes + counterBytes
const shape = new RegExp(`^${prefix}[A-Za-z0-9_-]{${Math.ceil(((bodyBytes + macBytes) * 4) / 3)}}$`)

const derive = (secret: string) => {
  const bytes = (info: string, length: number) => Buffer.from(hkdfSync('sha256', secret, '', info, length))
  return { id: bytes('gatehouse refresh secret id', idBytes), key: bytes('gatehouse refresh tokens', 32) }
}

const uuidBytes = (uuid: string) => Buffer.from(uuid.replaceAll('-', ''), 'hex')
const uuidOf = (bytes: Buffer) => bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')

/**
 * Stateless refresh tokens: session id and counter with a 256-bit MAC under a secret outside the database. The current token
 * can be computed again for a client that lost the response, and a dump of the database contains no tokens. The first secret
 * signs, all verify.
 */
export const createRefreshTokens = (secrets: [string, ...string[]]) => {
  const derived = secrets.map(derive)
  const first = derived[0] as ReturnType<typeof derive>
  const mac = (key: Buffer, body: Buffer) => createHmac('sha256', key).update(body).digest()
  return {
    create: (sessionId: string, counter: number) => {
      const count = Buffer.alloc(counterBytes)
      count.writeUInt32BE(counter)
      const body = Buffer.concat([first.id, uuidBytes(sessionId), count])
      return prefix + Buffer.concat([body, mac(first.key, body)]).toString('base64url')
    },
    /** @returns session id and counter, or null for a token that was never issued */
    read: (token: string) => {
      if (!shape.test(token)) return null
      const bytes = Buffer.from(token.slice(prefix.length), 'base64url')
      // The last character has unused bits, so several texts decode to the same bytes. Only the canonical one is valid.
      if (!token.endsWith(bytes.toString('base64url'))) return null
      const body = bytes.subarray(0, bodyBytes)
      const secret = derived.find((it) => it.id.equals(body.subarray(0, idBytes)))
      if (!secret || !timingSafeEqual(mac(secret.key, body), bytes.subarray(bodyBytes))) return null
      const sessionEnd = idBytes + sessionBytes
      return { sessionId: uuidOf(body.subarray(idBytes, sessionEnd)), counter: body.readUInt32BE(sessionEnd) }
    },
  }
}
