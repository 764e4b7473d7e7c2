import type { z } from 'zod'
import type { ProblemCode } from './problem-codes.ts'
import type { ServiceScope } from './service-scope.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
/** `each`: identity and gateway alike, each for itself. */
export type Server = 'identity' | 'gateway' | 'each'
/** Who may make a call: everybody, whoever is signed in, an admin, or a service whose credential has the scope. */
export type By = 'anyone' | 'user' | 'admin' | { service: ServiceScope }
export type MediaType = 'application/json' | 'application/x-www-form-urlencoded' | 'application/x-ndjson'

export type Line = `${Method} /${string}`
export type MethodOf<L> = L extends `${infer M extends Method} /${string}` ? M : never
export type PathOf<L> = L extends `${Method} ${infer Path}` ? Path : never

type Schema = z.ZodType

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

export type Declaration<
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
  servedBy?: Server
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
  /** No outage of anything else refuses it, and it says itself how long it may be cached. */
  fromMemory?: true
}

/** One HTTP call: all that routes, documents and clients have to know of it. */
export type Call<
  L extends Line = Line,
  Who extends By = By,
  Params extends Schema = Schema,
  Query extends Schema = Schema,
  Headers extends Schema = Schema,
  Sent extends Schema = Schema,
  Given extends Schema = Schema,
> = Omit<Declaration<Who, Params, Query, Headers, Sent, Given>, 'servedBy' | 'refuses'> & {
  method: MethodOf<L>
  /** With `{id}` for what `params` names. */
  path: PathOf<L>
  servedBy: Server
  /** Every code that it may be refused with, but for those that any path may be (`anywhere`). */
  refuses: readonly ProblemCode[]
}

type InputOf<Member> = Exclude<Member, undefined> extends infer Given extends Schema ? z.input<Given> : never
type OutputOf<Member> = Exclude<Member, undefined> extends infer Given extends Schema ? z.output<Given> : never

/** What a client sends, as it writes it; what a handler gets of it is parsed, with defaults put in. */
export type Sends<C extends Call> = {
  params: InputOf<C['params']>
  query: InputOf<C['query']>
  body: C['body'] extends Body<infer Sent> | undefined ? z.input<Sent> : undefined
}

/** What a handler gets, and what it gives back. */
export type ParamsOf<C extends Call> = OutputOf<C['params']>
export type QueryOf<C extends Call> = OutputOf<C['query']>
export type BodyOf<C extends Call> = C['body'] extends Body<infer Sent> | undefined ? z.output<Sent> : undefined
export type AnswerOf<C extends Call> = C['answers'] extends Answer<infer Given> ? z.output<Given> : never
