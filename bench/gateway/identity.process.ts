import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type LookedUpSession, type SessionLookupAnswer, sessionLookup } from '@gatehouse/contracts'
import { answerQuestions } from '../harness/ask-process.ts'
import { sessionIdOf } from '../harness/users.ts'
import { userOf } from './people.ts'

export type IdentityQuestion = { jwks: string; people: number; authorization: string }
export type IdentityReply = { url: string }

const bodyOf = async (req: IncomingMessage) => Buffer.concat(await req.toArray()).toString()

/** A stand-in for identity, with a key set and session look-ups from memory. */
answerQuestions(async ({ jwks, people, authorization }: IdentityQuestion): Promise<IdentityReply> => {
  const numbers = new Map(Array.from({ length: people }, (_, at) => [sessionIdOf(at + 1), at + 1]))
  const lookUp = (id: string): LookedUpSession => {
    const nth = numbers.get(id)
    if (nth === undefined) return { state: 'ended', id }
    return { state: 'active', id, expires_at: '2100-01-01T00:00:00.000Z', user: userOf(nth) }
  }
  const server = createServer(async (req, res) => {
    const json = (body: string) => void res.writeHead(200, { 'content-type': 'application/json' }).end(body)
    if (req.url === '/.well-known/jwks.json') return json(jwks)
    if (req.headers.authorization !== authorization) return void res.writeHead(401).end()
    const { ids } = sessionLookup.parse(JSON.parse(await bodyOf(req)))
    json(JSON.stringify({ now_ms: Date.now(), sessions: ids.map(lookUp) } satisfies SessionLookupAnswer))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  // The open server would keep the process alive after its parent has gone.
  process.once('disconnect', () => process.exit())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
})
