import type { z } from 'zod'
import type { ProblemCode } from './problem-codes.ts'
import type { ServiceScope } from './service-scope.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
/** `each`: both identity and gateway serve it. */
export type Server = 'identity' | 'gateway' | 'each'
/** Access to a call: anyone, any signed-in user, an admin, or a service whose credentials have the scope. */
export type By = 'anyone' | 'user' | 'admin' | { service: ServiceScope }
export type MediaType = 'application/json' | 'application/x-www-form-urlencoded' | 'application/x-ndjson'

export type Endpoint = `${Method} /${string}`
export type MethodOf<L> = L extends `${infer M extends Method} /${string}` ? M : never
export type PathOf<L> = L extends `${Method} ${infer Path}` ? Path : never

type Schema = z.ZodType

export type Body<Input extends Schema = Schema> = {
  types: readonly MediaType[]
  schema: Input
  example: z.input<Input>
  maxBytes: number
}

export type Answer<Output extends Schema = Schema> = {
  status: number
  description: string
  /** Null: no body. */
  schema: Output | null
  example?: z.output<Output>
  /** Media type, if not JSON. */
  type?: string
  /** Response headers, and how to derive them from the body. */
  headers?: z.ZodObject
  headersOf?(body: z.output<Output>): Record<string, string>
}

export type Declaration<
  Access extends By,
  Params extends Schema,
  Query extends Schema,
  Headers extends Schema,
  Input extends Schema,
  Output extends Schema,
> = {
  tag: 'auth' | 'users' | 'services' | 'discovery' | 'health'
  summary: string
  description?: string
  /** Default: identity. */
  servedBy?: Server
  /** For our own services only: neither exposed by Nginx nor documented. */
  isInternal?: true
  by: Access
  params?: Params
  query?: Query
  headers?: Headers
  body?: Body<Input>
  /** Requires `If-Match` with the ETag of the resource. */
  ifMatch?: true
  /** Errors also carry `error` (RFC 6749 §5.2); `grant` is the only accepted `grant_type`. */
  oauth?: { grant?: string }
  answers: Answer<Output>
  /** Other responses that are not errors. */
  orAnswers?: readonly Answer[]
  /** Codes in addition to those that follow from the other members. */
  refuses?: readonly ProblemCode[]
  /** Needs no other service or database, and sets its own `Cache-Control`. */
  fromMemory?: true
}

/** One HTTP call: everything that routes, documents and clients need to know about it. */
export type Call<
  L extends Endpoint = Endpoint,
  Access extends By = By,
  Params extends Schema = Schema,
  Query extends Schema = Schema,
  Headers extends Schema = Schema,
  Input extends Schema = Schema,
  Output extends Schema = Schema,
> = Omit<Declaration<Access, Params, Query, Headers, Input, Output>, 'servedBy' | 'refuses'> & {
  method: MethodOf<L>
  /** With placeholders such as `{id}` for the members of `params`. */
  path: PathOf<L>
  servedBy: Server
  /** Every code that the call may return, except those of any call (`commonCodes`). */
  refuses: readonly ProblemCode[]
}

type InputOf<Member> = Exclude<Member, undefined> extends infer Declared extends Schema ? z.input<Declared> : never
type OutputOf<Member> = Exclude<Member, undefined> extends infer Declared extends Schema ? z.output<Declared> : never

/** What a client sends, before parsing and without defaults. */
export type Sends<C extends Call> = {
  params: InputOf<C['params']>
  query: InputOf<C['query']>
  body: C['body'] extends Body<infer Input> | undefined ? z.input<Input> : undefined
}

/** What a handler receives and returns. */
export type ParamsOf<C extends Call> = OutputOf<C['params']>
export type QueryOf<C extends Call> = OutputOf<C['query']>
export type BodyOf<C extends Call> = C['body'] extends Body<infer Input> | undefined ? z.output<Input> : undefined
export type AnswerOf<C extends Call> = C['answers'] extends Answer<infer Output> ? z.output<Output> : never
