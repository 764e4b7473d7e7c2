import type { z } from 'zod'
import type { ProblemCode } from './problem-codes.ts'
import type { ServiceScope } from './service-scope.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
/** Who may make a call: everybody, whoever is signed in, an admin, or a service whose credential has the scope. */
export type By = 'anyone' | 'user' | 'admin' | { service: ServiceScope }
export type MediaType = 'application/json' | 'application/x-www-form-urlencoded' | 'application/x-ndjson'

type Schema = z.ZodType
type Nothing = z.ZodUndefined

export type Body<Sent extends Schema = Schema> = {
  types: readonly MediaType[]
  schema: Sent
  example: z.input<Sent>
  maxBytes: number
}

export type Answer<Given extends Schema = Schema> = {
  status: number
  description: string
  /** Null where there is no body. */
  schema: Given | null
  example?: z.output<Given>
  /** Where it is not JSON. */
  type?: string
  /** Headers that belong to it, and how they follow from the body. */
  headers?: z.ZodObject
  headersOf?(body: z.output<Given>): Record<string, string>
}

type Declaration<
  Who extends By,
  Params extends Schema,
  Query extends Schema,
  Headers extends Schema,
  Sent extends Schema,
  Given extends Schema,
> = {
  tag: 'auth' | 'users' | 'services' | 'discovery' | 'health'
  summary: string
  description?: string
  /** Identity where it is not said. */
  servedBy?: 'identity' | 'gateway'
  /** Between our services alone: Nginx does not pass it on, and it is in no document. */
  isInternal?: true
  by: Who
  params?: Params
  query?: Query
  headers?: Headers
  body?: Body<Sent>
  /** A change of what the caller has seen: needs `If-Match` with its ETag. */
  ifMatch?: true
  /** Errors carry `error` as well (RFC 6749 §5.2); `grant` is the one `grant_type` that it takes. */
  oauth?: { grant?: string }
  answers: Answer<Given>
  /** What else it may answer that is no refusal. */
  orAnswers?: readonly Answer[]
  /** Codes beyond those that follow from the rest. */
  refuses?: readonly ProblemCode[]
  /** Answered from memory and the same for everybody. */
  isPublished?: true
}

/** One HTTP call: all that routes, documents and clients have to know of it. */
export type Call<
  Who extends By = By,
  Params extends Schema = Schema,
  Query extends Schema = Schema,
  Headers extends Schema = Schema,
  Sent extends Schema = Schema,
  Given extends Schema = Schema,
> = Omit<Declaration<Who, Params, Query, Headers, Sent, Given>, 'servedBy' | 'refuses'> & {
  method: Method
  /** With `{id}` for what `params` names. */
  path: string
  servedBy: 'identity' | 'gateway'
  /** Every code that it may be refused with, but for those that any path may be (`anywhere`). */
  refuses: readonly ProblemCode[]
}

/** What any request may be refused with: by Nginx, by Node before a route is found, or because of a bug. */
export const anywhere: readonly ProblemCode[] = [
  'malformed_request',
  'not_found',
  'method_not_allowed',
  'request_timeout',
  'uri_too_long',
  'too_many_requests',
  'headers_too_large',
  'internal_error',
  'not_implemented',
  'upstream_unavailable',
  'http_version_not_supported',
]

const ofCaller = (by: By): ProblemCode[] => {
  if (by === 'anyone') return []
  if (typeof by === 'object') return ['invalid_client', 'insufficient_scope']
  const ofUser: ProblemCode[] = ['invalid_request', 'token_missing', 'invalid_token', 'session_ended']
  return by === 'admin' ? [...ofUser, 'insufficient_scope'] : ofUser
}

const ofBody = ({ types }: Body): ProblemCode[] => [
  'invalid_request',
  'body_too_large',
  'unsupported_media_type',
  // A file of lines is read as it comes, a row at a time.
  ...(types.includes('application/x-ndjson') ? [] : (['malformed_request', 'unsupported_encoding'] as const)),
  ...(types.includes('application/json') ? (['invalid_json'] as const) : []),
  ...(types.includes('application/x-www-form-urlencoded') ? (['invalid_form', 'repeated_field'] as const) : []),
]

type Declared = Omit<Call, 'method' | 'path' | 'servedBy' | 'refuses'> & {
  servedBy?: string
  refuses?: readonly ProblemCode[]
}

/** The refusals that the other members of a declaration bring with them, and those that it names. */
const refusalsOf = ({ by, params, query, headers, body, ifMatch, oauth, refuses = [], ...it }: Declared) => {
  const outage: ProblemCode = it.servedBy === 'gateway' ? 'cannot_verify' : 'database_unavailable'
  return [
    ...new Set<ProblemCode>([
      ...ofCaller(by),
      ...(params ? (['malformed_request'] as const) : []),
      ...(params || query || headers ? (['invalid_request'] as const) : []),
      ...(body ? ofBody(body) : []),
      ...(ifMatch ? (['if_match_required', 'version_conflict'] as const) : []),
      ...(oauth?.grant === undefined ? [] : (['unsupported_grant_type'] as const)),
      ...refuses,
      ...(it.isPublished ? [] : [outage]),
    ]),
  ]
}

/** `call('PATCH /users/{id}', {...})` */
export const call = <
  const Who extends By,
  Params extends Schema = Nothing,
  Query extends Schema = Nothing,
  Headers extends Schema = Nothing,
  Sent extends Schema = Nothing,
  Given extends Schema = Nothing,
>(
  line: `${Method} /${string}`,
  declaration: Declaration<Who, Params, Query, Headers, Sent, Given>,
): Call<Who, Params, Query, Headers, Sent, Given> => {
  const [method, path] = line.split(' ') as [Method, string]
  return {
    ...declaration,
    method,
    path,
    servedBy: declaration.servedBy ?? 'identity',
    refuses: refusalsOf(declaration),
  }
}

type OutputOf<Member> = Exclude<Member, undefined> extends infer Given extends Schema ? z.output<Given> : never

/** What a handler gets, and what it gives back. */
export type ParamsOf<C extends Call> = OutputOf<C['params']>
export type QueryOf<C extends Call> = OutputOf<C['query']>
export type BodyOf<C extends Call> = C['body'] extends Body<infer Sent> | undefined ? z.output<Sent> : undefined
export type AnswerOf<C extends Call> = C['answers'] extends Answer<infer Given> ? z.output<Given> : never

const defaultMaxBytes = 16 * 1024
const sentAs =
  (types: readonly MediaType[]) =>
  <Sent extends Schema>(schema: Sent, example: z.input<Sent>, maxBytes = defaultMaxBytes): Body<Sent> => ({
    types,
    schema,
    example,
    maxBytes,
  })
export const json = sentAs(['application/json'])
export const form = sentAs(['application/x-www-form-urlencoded'])
export const formOrJson = sentAs(['application/x-www-form-urlencoded', 'application/json'])
export const jsonLines = sentAs(['application/x-ndjson'])

/** 200 with a body, if `more` does not say otherwise. */
export const ok = <Given extends Schema>(
  schema: Given,
  description: string,
  example: z.output<Given>,
  more: Partial<Answer<Given>> = {},
): Answer<Given> => ({ status: 200, description, schema, example, ...more })

export const noBody = (status: number, description: string, headers?: z.ZodObject): Answer<z.ZodVoid> => ({
  status,
  description,
  schema: null,
  ...(headers && { headers }),
})
