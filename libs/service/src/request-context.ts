import { AsyncLocalStorage } from 'node:async_hooks'
import { randomBytes, randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { RequestHandler } from 'express'

/** Data of the current request for log lines and events, without passing it through every function. */
export type RequestContext = {
  requestId: string
  traceparent: string
  address: string | null
  /** The authenticated caller: a user id, `service:name` or `job:name`. */
  actor?: string
}

const storage = new AsyncLocalStorage<RequestContext>()

export const currentRequest = () => storage.getStore()

// Nginx sets the id. Without Nginx clients can choose it, so it must be harmless in a log.
const plainId = /^[A-Za-z0-9_-]{8,64}$/
const idHeader = 'x-request-id'
// W3C Trace Context §3.2
const validTraceparent = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/

/** Continues the work of an earlier request: events and the security log then name that request. */
export const runInContext = <Result>(context: RequestContext, job: () => Result) => storage.run(context, job)

/** Runs a job under the name of an actor, which the security log records. */
export const runAs = <Result>(actor: string, job: () => Result) =>
  storage.run({ requestId: randomUUID(), traceparent: newTraceparent(), address: null, actor }, job)

const newTraceparent = () => `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`

/** The id in the request, or a new one. */
export const requestIdOf = ({ rawHeaders }: Pick<IncomingMessage, 'rawHeaders'>) => {
  let given: string | undefined
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]
    if (name?.length !== idHeader.length || name.toLowerCase() !== idHeader) continue
    if (given !== undefined) return randomUUID()
    given = rawHeaders[at + 1]
  }
  return given !== undefined && plainId.test(given) ? given : randomUUID()
}

export const requestContext: RequestHandler = (req, res, next) => {
  const trace = req.get('traceparent')
  const requestId = requestIdOf(req)
  const traceparent = trace !== undefined && validTraceparent.test(trace) ? trace : newTraceparent()
  res.set('X-Request-Id', requestId)
  res.locals.requestId = requestId
  storage.run({ requestId, traceparent, address: req.ip ?? null }, next)
}
