import { STATUS_CODES } from 'node:http'
import type { Problem } from '@gatehouse/contracts'
import type { ErrorRequestHandler } from 'express'
import { AppError, type Kind } from './app-error.ts'
import type { Logger } from './log.ts'

/** RFC 9457: with `about:blank` the title is that of the status. */
export const problemOf = (status: number, code: string, detail: string, requestId: string): Problem => ({
  type: 'about:blank',
  title: STATUS_CODES[status] ?? 'Error',
  status,
  detail,
  code,
  request_id: requestId,
})

// RFC 6749 §5.2, with `temporarily_unavailable` of §4.1.2.1 if a retry may help.
const oauthErrors: Partial<Record<Kind, string>> = {
  unauthenticated: 'invalid_grant',
  unavailable: 'temporarily_unavailable',
  too_many: 'temporarily_unavailable',
}

// Errors that body-parser and Express throw, by their `type`.
const parserErrors: Record<string, [Kind, string, string]> = {
  'entity.too.large': ['too_large', 'body_too_large', 'The body is larger than 16 KiB.'],
  'encoding.unsupported': ['unsupported_media', 'unsupported_encoding', 'Send the body without content encoding.'],
  'charset.unsupported': ['unsupported_media', 'unsupported_media_type', 'Send the body in UTF-8.'],
  'request.size.invalid': ['invalid', 'malformed_request', 'The body does not have its declared length.'],
  'request.aborted': ['invalid', 'malformed_request', 'The body ended before its declared length.'],
}

/** An expected error: an AppError, or one with the same members, such as the token verifier's `Refusal`. */
type Refusal = Error & Pick<AppError, 'status' | 'code' | 'headers'> & Partial<Pick<AppError, 'kind' | 'oauthError'>>

const isRefusal = (error: unknown): error is Refusal =>
  error instanceof Error && 'status' in error && 'headers' in error && 'code' in error && typeof error.code === 'string'

const refusalOf = (error: unknown): Refusal | null => {
  if (isRefusal(error)) return error
  const known = parserErrors[(error as { type?: string } | null)?.type ?? '']
  if (known) return new AppError(...known)
  // Express throws a URIError for a path that cannot be decoded (`/users/%zz`).
  if (error instanceof URIError) return new AppError('invalid', 'malformed_request', 'The path is malformed.')
  // body-parser reports a body that zlib cannot decode only by a status.
  const { status, expose } = Object(error) as { status?: number; expose?: boolean }
  if (status === 400 && expose === true)
    return new AppError('invalid', 'malformed_request', 'The body is not in its declared encoding.')
  return null
}

/** Recognises an outage of a dependency. */
export type RecogniseOutage = (error: unknown) => AppError | null

/** A refused request. `route` is the path pattern of the route, never the requested path. */
export type Refused = { status: number; code: string; method: string; route: string | null }
export type OnRefused = (refused: Refused) => void

type Needs = { log: Logger; recogniseOutage: RecogniseOutage | undefined; onRefused: OnRefused | undefined }
type About = { requestId: string; method: string; path: string; route: string | null }
type Answered = { problem: Problem; headers: Record<string, string>; refusal: Refusal | null }

/** The only place that turns an error into a response. An unexpected error is a bare 500, with its details in the log. */
export const createToProblem =
  ({ log, recogniseOutage, onRefused }: Needs) =>
  (error: unknown, { requestId, method, path, route }: About): Answered => {
    const refusal = refusalOf(error) ?? recogniseOutage?.(error) ?? null
    if (!refusal) {
      log.error({ request_id: requestId, err: error, method, path }, 'request failed')
      const detail = 'An internal error occurred. Report the request id to the operator.'
      return { refusal, headers: {}, problem: problemOf(500, 'internal_error', detail, requestId) }
    }
    const { status, code, message, headers } = refusal
    const about = { request_id: requestId, method, path, status, code }
    if (status >= 500) log.warn({ ...about, err: refusal }, 'request refused')
    else log.info(about, 'request refused')
    onRefused?.({ status, code, method, route })
    return { refusal, headers, problem: problemOf(status, code, message, requestId) }
  }
export type ToProblem = ReturnType<typeof createToProblem>

/** The error handler of Express. */
export const problemHandler =
  (log: Logger, toProblem: ToProblem): ErrorRequestHandler =>
  // Express recognises an error handler by its four parameters.
  (error, req, res, _next) => {
    if (res.headersSent) {
      // Express would print the error to standard error. The connection is cut, so that no client takes a partial response
      // for a complete one.
      log.error({ err: error, method: req.method, path: req.path }, 'response aborted')
      return void res.destroy()
    }
    const { problem, headers, refusal } = toProblem(error, {
      requestId: String(res.locals.requestId ?? ''),
      method: req.method,
      path: req.path,
      route: req.route?.path ?? null,
    })
    // Set in on.ts for calls that declare `oauth`.
    if (refusal && res.locals.isTokenEndpoint === true) {
      problem.error = refusal.oauthError ?? (refusal.kind && oauthErrors[refusal.kind]) ?? 'invalid_request'
      problem.error_description = refusal.message
    }
    res.status(problem.status).set(headers).type('application/problem+json').json(problem)
  }
