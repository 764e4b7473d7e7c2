import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { CompactSign } from 'jose'
import { type Misconduct, misbehave } from './jwks-misconduct.ts'
import { type RsaKey, rsaKey } from './rsa-key.ts'

type Options = { audience?: string; lifetimeSeconds?: number }
/** A member set to `undefined` is left out of the token. */
type Members = Record<string, unknown>
type SigningKey = RsaKey | Uint8Array

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')

const sign = async (header: Members, claims: Members, key: SigningKey) => {
  if (header.alg === 'none') return `${encode(header)}.${encode(claims)}.`
  // Otherwise jose refuses to sign the tokens that a verifier must refuse.
  const crit = Object.fromEntries((Array.isArray(header.crit) ? header.crit : []).map((it) => [String(it), true]))
  return new CompactSign(new TextEncoder().encode(JSON.stringify(claims)))
    .setProtectedHeader(header as { alg: string })
    .sign(key instanceof Uint8Array ? key : key.privateKey, { crit })
}

/**
 * An issuer that serves a key set over HTTP and signs any token: a valid one by default (RFC 9068), others with the given claims,
 * header and key.
 */
export const startFakeIssuer = async ({ audience = 'gatehouse', lifetimeSeconds = 28_800 }: Options = {}) => {
  let published = [await rsaKey(0)]
  let misconduct: Misconduct | null = null
  let fetches = 0

  const server = createServer((req, res) => {
    if (req.url !== '/.well-known/jwks.json') return void res.writeHead(404).end()
    fetches += 1
    if (misconduct) return misbehave(misconduct, res)
    res.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'public, max-age=60' })
    res.end(JSON.stringify({ keys: published.map((it) => it.publicJwk) }))
  })
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  }
  const stopListening = async () => {
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
  await listen(0)
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`

  return {
    /** `iss` of its tokens. */
    issuer: url,
    audience,
    jwksUri: `${url}/.well-known/jwks.json`,
    /** How often the key set was requested. */
    fetches: () => fetches,
    /** The nth key. The key set has only published keys, and at the start only the first. */
    key: rsaKey,
    publish: (...keys: RsaKey[]) => {
      published = keys
    },
    /** Serves the key set in this invalid way until `behave`. */
    misbehave: (how: Misconduct) => {
      misconduct = how
    },
    behave: () => {
      misconduct = null
    },
    /** Refuses connections until `goUp`. */
    goDown: stopListening,
    goUp: () => listen(port),
    token: async (claims: Members = {}, header: Members = {}, key?: SigningKey) => {
      const signingKey = key ?? published[0] ?? (await rsaKey(0))
      const now = Math.floor(Date.now() / 1000)
      return sign(
        { alg: 'RS256', typ: 'at+jwt', ...('kid' in signingKey && { kid: signingKey.kid }), ...header },
        {
          iss: url,
          sub: crypto.randomUUID(),
          aud: audience,
          exp: now + lifetimeSeconds,
          iat: now,
          jti: crypto.randomUUID(),
          sid: crypto.randomUUID(),
          client_id: 'gatehouse',
          preferred_username: 'ada',
          roles: [],
          ver: 1,
          ...claims,
        },
        signingKey,
      )
    },
    close: async () => {
      if (server.listening) await stopListening()
    },
  }
}
export type FakeIssuer = Awaited<ReturnType<typeof startFakeIssuer>>
