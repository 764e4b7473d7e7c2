import type { z } from 'zod'
import type { Answer, Body, By, Call, Declaration, Line, MediaType, MethodOf, PathOf } from './call.ts'
import { refusalsOf } from './refusals-of-call.ts'

type Schema = z.ZodType
type Nothing = z.ZodUndefined

/** `call('PATCH /users/{id}', {...})` */
export const call = <
  L extends Line,
  const Who extends By,
  Params extends Schema = Nothing,
  Query extends Schema = Nothing,
  Headers extends Schema = Nothing,
  Sent extends Schema = Nothing,
  Given extends Schema = Nothing,
>(
  line: L,
  declaration: Declaration<Who, Params, Query, Headers, Sent, Given>,
): Call<L, Who, Params, Query, Headers, Sent, Given> => {
  const [method, path] = line.split(' ') as [MethodOf<L>, PathOf<L>]
  return {
    ...declaration,
    method,
    path,
    servedBy: declaration.servedBy ?? 'identity',
    refuses: refusalsOf(declaration),
  }
}

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
