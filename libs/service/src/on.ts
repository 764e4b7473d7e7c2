import type { AnswerOf, BodyOf, By, Call, ParamsOf, QueryOf, ServiceScope } from '@gatehouse/contracts'
import type { Request, RequestHandler, Response } from 'express'
import type { z } from 'zod'
import { AppError } from './app-error.ts'
import { createBodyReader, parseRequest } from './body.ts'
import { requireVersion } from './if-match.ts'
import { type Origin, originOf } from './origin.ts'
import type { Route } from './routes.ts'

/** Authorizes a request and returns the caller. @throws the refusal */
type Guard<Caller> = (req: Request) => Caller | Promise<Caller>
/** Guards by the `by` of a call. */
export type Guards<Person> = {
  user: Guard<Person>
  admin: Guard<Person>
  service: (scope: ServiceScope) => Guard<void>
}
type CallerOf<C extends Call, Person> = C['by'] extends 'user' | 'admin' ? Person : undefined

type HandlerInput<C extends Call, Person> = {
  params: ParamsOf<C>
  query: QueryOf<C>
  body: BodyOf<C>
  /** Undefined for anonymous calls and calls of services. */
  caller: CallerOf<C, Person>
  origin: Origin
  /** Checks a version against `If-Match`, for calls that declare it. @throws AppError `version_conflict` */
  checkVersion: (version: number) => void
}
type HandlerOutput<C extends Call> = AnswerOf<C> extends void ? unknown : AnswerOf<C> | Promise<AnswerOf<C>>

/** Handles a call: receives the parsed input and returns the body of the response. */
export type Handler<C extends Call, Person> = (input: HandlerInput<C, Person>) => HandlerOutput<C>
/** Handles a call whose response is not JSON: it parses the request and sends the response itself. */
export type PlainHandler<C extends Call, Person> = (req: Request, res: Response, caller: CallerOf<C, Person>) => unknown

// RFC 6749 §5.2 has a separate error for an unsupported grant type. A missing grant type is accepted.
const checkGrantType = (rawBody: unknown, grant: string) => {
  const grantType = (rawBody as { grant_type?: unknown } | null)?.grant_type
  if (typeof grantType !== 'string' || grantType === '' || grantType === grant) return
  const oauthError = 'unsupported_grant_type'
  throw new AppError('invalid', 'unsupported_grant_type', `This endpoint accepts grant_type=${grant} only.`, {
    oauthError,
  })
}

const send = (res: Response, { answers: { status, schema, headersOf } }: Call, body: unknown) => {
  res.status(status)
  if (headersOf) res.set(headersOf(body))
  if (schema) res.json(body)
  else res.end()
}

const parseIfDeclared = (schema: z.ZodType | undefined, value: unknown) => schema && parseRequest(schema, value)
const pathOf = ({ path }: Call) => path.replaceAll(/\{(\w+)\}/g, ':$1')

/**
 * Creates routes for declared calls. Each request is checked in this order: authorization, media type and size of the body,
 * parameters, body, `If-Match`.
 */
export const createOn = <Person>(guards: Guards<Person>) => {
  const guardOf = (by: By): Guard<Person | undefined> => {
    if (by === 'anyone') return () => undefined
    if (typeof by !== 'object') return guards[by]
    const guard = guards.service(by.service)
    return async (req) => void (await guard(req))
  }
  const routeOf = (call: Call, handle: (req: Request, res: Response, caller: never) => unknown): Route => {
    const guard = guardOf(call.by)
    const handler: RequestHandler = async (req, res) => {
      if (!call.fromMemory) res.set('Cache-Control', 'no-store')
      if (call.oauth) res.locals.isTokenEndpoint = true
      await handle(req, res, (await guard(req)) as never)
    }
    return [call.method, pathOf(call), handler]
  }

  return {
    on: <C extends Call>(call: C, handle: Handler<C, Person>) => {
      const { params, query, body, ifMatch, oauth } = call
      const readBody = body && createBodyReader(body)
      return routeOf(call, async (req, res, caller) => {
        const rawBody = await readBody?.(req, res)
        if (oauth?.grant !== undefined) checkGrantType(rawBody, oauth.grant)
        const input = {
          params: parseIfDeclared(params, req.params),
          query: parseIfDeclared(query, req.query),
          body: parseIfDeclared(body?.schema, rawBody),
          ...(ifMatch && { checkVersion: requireVersion(req) }),
          caller,
          origin: originOf(req),
        }
        send(res, call, await handle(input as HandlerInput<C, Person>))
      })
    },
    plain: <C extends Call>(call: C, handle: PlainHandler<C, Person>) => routeOf(call, handle),
  }
}
