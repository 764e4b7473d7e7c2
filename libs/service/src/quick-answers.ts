import type { IncomingMessage, RequestListener } from 'node:http'
import type { Metrics } from './metrics.ts'
import { requestIdOf } from './request-context.ts'

/** `headers`: name, value, name, value, with a Content-Length where there is a body. */
export type QuickAnswer = { status: number; headers: string[]; body?: string }
/** What a request is answered at once, or null where the route has to. No I/O, no refusals. */
export type Quickly = (req: Pick<IncomingMessage, 'rawHeaders'>) => QuickAnswer | null
/** For GET, by exact path. */
export type QuickAnswers = ReadonlyMap<string, Quickly>

const headerOf = ({ rawHeaders }: IncomingMessage, name: string) => {
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const here = rawHeaders[at]
    if (here?.length === name.length && here.toLowerCase() === name) return rawHeaders[at + 1]
  }
  return undefined
}

/** Express costs more than these answers do (docs/decisions/0008), so they are given in front of it. */
export const answerFirst = (quick: QuickAnswers, metrics: Metrics, otherwise: RequestListener): RequestListener => {
  return (req, res) => {
    const startedAt = performance.now()
    const path = req.url ?? ''
    const answer = req.method === 'GET' ? quick.get(path)?.(req) : null
    if (!answer) return otherwise(req, res)
    const { status, headers, body } = answer
    res.writeHead(status, ['X-Request-Id', requestIdOf(headerOf(req, 'x-request-id')), ...headers])
    res.end(body)
    metrics.count('GET', path, status, performance.now() - startedAt)
  }
}
