import type { z } from 'zod'
import type { Answer, Body, By, Call, Declaration, Endpoint, MediaType, MethodOf, PathOf } from './call.ts'
import { refusalsOf } from './refusals-of-call.ts'

type Schema = z.ZodType
type None = z.ZodUndefined

/** Declares a call: `call('PATCH /users/{id}', {...})` */
export const call = <
  L extends Endpoint,
  const Access extends By,
  Params extends Schema = None,
  Query extends Schema = None,
  Headers extends Schema = None,
  Input extends Schema = None,
  Output extends Schema = None,
>(
  endpoint: L,
  declaration: Declaration<Access, Params, Query, Headers, Input, Output>,
): Call<L, Access, Params, Query, Headers, Input, Output> => {
  const [method, path] = endpoint.split(' ') as [MethodOf<L>, PathOf<L>]
  return {
    ...declaration,
    method,
    path,
    servedBy: declaration.servedBy ?? 'identity',
    refuses: refusalsOf(declaration),
  }
}

const defaultMaxBytes = 16 * 1024
const bodyOf =
  (types: readonly MediaType[]) =>
  <Input extends Schema>(schema: Input, example: z.input<Input>, maxBytes = defaultMaxBytes): Body<Input> => ({
    types,
    schema,
    example,
    maxBytes,
  })
export const json = bodyOf(['application/json'])
export const form = bodyOf(['application/x-www-form-urlencoded'])
export const formOrJson = bodyOf(['application/x-www-form-urlencoded', 'application/json'])
export const jsonLines = bodyOf(['application/x-ndjson'])

/** Status 200 with a body, unless `more` overrides it. */
export const ok = <Output extends Schema>(
  schema: Output,
  description: string,
  example: z.output<Output>,
  more: Partial<Answer<Output>> = {},
): Answer<Output> => ({ status: 200, description, schema, example, ...more })

export const noBody = (status: number, description: string, headers?: z.ZodObject): Answer<z.ZodVoid> => ({
  status,
  description,
  schema: null,
  ...(headers && { headers }),
})

/** Beside an answer with an ETag (RFC 9110 §13.1.2). */
export const unchanged = noBody(304, 'unchanged: its ETag is in `If-None-Match`')
