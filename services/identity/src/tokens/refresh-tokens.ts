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
 * Refresh tokens of which nothing is stored: a session's counter, authenticated by a 256-bit MAC under a secret that is
 * not in the database. So the current token can be made again for a client that lost the answer, and a dump of the
 * database is worth nothing. The first secret makes, all are accepted.
 */
export const createRefreshTokens = (secrets: [string, ...string[]]) => {
  const derived = secrets.map(derive)
  const first = derived[0] as ReturnType<typeof derive>
  const mac = (key: Buffer, body: Buffer) => createHmac('sha256', key).update(body).digest()
  return {
    make: (sessionId: string, counter: number) => {
      const count = Buffer.alloc(counterBytes)
      count.writeUInt32BE(counter)
      const body = Buffer.concat([first.id, uuidBytes(sessionId), count])
      return prefix + Buffer.concat([body, mac(first.key, body)]).toString('base64url')
    },
    /** @returns which token of which session it is, or null when we never made it */
    read: (token: string) => {
      if (!shape.test(token)) return null
      const bytes = Buffer.from(token.slice(prefix.length), 'base64url')
      // The last character has bits to spare: several spellings decode alike, and one of them is ours.
      if (!token.endsWith(bytes.toString('base64url'))) return null
      const body = bytes.subarray(0, bodyBytes)
      const secret = derived.find((it) => it.id.equals(body.subarray(0, idBytes)))
      if (!secret || !timingSafeEqual(mac(secret.key, body), bytes.subarray(bodyBytes))) return null
      const sessionEnd = idBytes + sessionBytes
      return { sessionId: uuidOf(body.subarray(idBytes, sessionEnd)), counter: body.readUInt32BE(sessionEnd) }
    },
  }
}
