import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Metrics } from './metrics.ts'
import type { ToProblem } from './problem-handler.ts'
import { requestIdOf } from './request-context.ts'

/** `headers`: alternating names and values, with a Content-Length if there is a body. */
export type HotAnswer = { status: number; headers: string[]; body?: string }

/** A call that other services may make for each of their requests. Errors are handled as in any other route. */
export type HotRoute = {
  /** @param query the query string without the question mark */
  answer: (req: Pick<IncomingMessage, 'rawHeaders'>, query: string) => HotAnswer | Promise<HotAnswer>
  /** Name of a header that repeats the body of an error response. */
  problemHeader?: string
}
/** By path, for GET and HEAD. */
export type HotRoutes = ReadonlyMap<string, HotRoute>

type Needs = { routes: HotRoutes; metrics: Metrics; toProblem: ToProblem }

// A request target may be an absolute URL (RFC 9112 §3.2.2).
const target = /^(?:[a-z]+:\/\/[^/?#]*)?([^?#]*)(?:\?([^#]*))?/i

/** Serves the hot routes without Express, whose overhead exceeds their own cost (docs/decisions/0008). */
export const serveHotRoutes = ({ routes, metrics, toProblem }: Needs, otherwise: RequestListener): RequestListener => {
  const refuse = (error: unknown, about: Parameters<ToProblem>[1], problemHeader = ''): HotAnswer => {
    const { problem, headers, refusal } = toProblem(error, about)
    const body = JSON.stringify(problem)
    const all: Record<string, string> = {
      ...headers,
      ...(refusal && problemHeader && { [problemHeader]: body }),
      'Content-Type': 'application/problem+json; charset=utf-8',
      'Content-Length': String(Buffer.byteLength(body)),
    }
    return { status: problem.status, headers: Object.entries(all).flat(), body }
  }

  const answer = (route: HotRoute, path: string, query: string, req: IncomingMessage, res: ServerResponse) => {
    const startedAt = performance.now()
    const requestId = requestIdOf(req)
    const { method = '' } = req
    const send = ({ status, headers, body }: HotAnswer) => {
      res.writeHead(status, ['X-Request-Id', requestId, ...headers]).end(body)
      metrics.observe(method, path, status, startedAt)
    }
    const fail = (error: unknown) => send(refuse(error, { requestId, method, path, route: path }, route.problemHeader))
    let answered: ReturnType<HotRoute['answer']>
    try {
      answered = route.answer(req, query)
    } catch (error) {
      return fail(error)
    }
    if (answered instanceof Promise) answered.then(send, fail)
    else send(answered)
  }

  return (req, res) => {
    const { url = '', method } = req
    if (method === 'GET' || method === 'HEAD') {
      const [, path = '', query = ''] = routes.has(url) ? [url, url] : (target.exec(url) ?? [])
      const route = routes.get(path)
      if (route) return answer(route, path, query, req, res)
    }
    otherwise(req, res)
  }
}
