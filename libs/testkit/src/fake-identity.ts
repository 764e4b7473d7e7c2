import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type LookedUpSession, sessionLookup, type UserState } from '@gatehouse/contracts'

type Behaviour = 'answers' | 'fails' | 'hangs' | 'is ill-formed'

export const newUser = (more: Partial<UserState> = {}): UserState => ({
  id: crypto.randomUUID(),
  username: 'ada',
  full_name: 'Ada Lovelace',
  is_active: true,
  roles: ['admin'],
  version: 1,
  created_at: '2026-01-01T00:00:00.000Z',
  updated_at: '2026-01-01T00:00:00.000Z',
  ...more,
})

/** An HTTP server with identity's session look-up, for the credential `gateway:secret`. The test sets the sessions; the keys are those of `jwksUri`. */
export const startFakeIdentity = async (jwksUri: string) => {
  const sessions = new Map<string, UserState>()
  const asked: string[][] = []
  let behaviour: Behaviour = 'answers'
  let released: Promise<void> = Promise.resolve()

  const server = createServer(async (req, res) => {
    if (req.url === '/.well-known/jwks.json') {
      const keys = await fetch(jwksUri)
      return void res.writeHead(keys.status, { 'content-type': 'application/json' }).end(await keys.text())
    }
    if (behaviour === 'hangs') return
    if (behaviour === 'fails') return void res.writeHead(503).end()
    if (behaviour === 'is ill-formed') return void res.writeHead(200).end('{"sessions":')
    if (req.headers.authorization !== `Basic ${btoa('gateway:secret')}`) return void res.writeHead(401).end()
    const chunks: Buffer[] = []
    for await (const chunk of req) chunks.push(chunk)
    const { ids } = sessionLookup.parse(JSON.parse(Buffer.concat(chunks).toString()))
    if (ids.length > 0) asked.push(ids)
    const answer = ids.map((id): LookedUpSession => {
      const user = sessions.get(id)
      return user ? { state: 'active', id, expires_at: '2100-01-01T00:00:00.000Z', user } : { state: 'ended', id }
    })
    const text = JSON.stringify({ now_ms: Date.now(), sessions: answer })
    await released
    res.writeHead(200, { 'content-type': 'application/json' })
    res.end(text)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: `http://${address}`,
    /** The URL with which a verifier is configured. */
    urlWithCredential: `http://gateway:secret@${address}`,
    sessions,
    /** The ids of each look-up call so far. */
    asked,
    behave: (how: Behaviour) => {
      behaviour = how
    },
    /** Holds back answers, made when the look-up arrives, until the returned function is called. */
    holdAnswers: () => {
      const held = Promise.withResolvers<void>()
      released = held.promise
      return held.resolve
    },
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
export type FakeIdentity = Awaited<ReturnType<typeof startFakeIdentity>>
