import { type Answer, type By, type Call, problem, problemCodes } from '@gatehouse/contracts'
import { z } from 'zod'
import type { ZodOpenApiOperationObject, ZodOpenApiParameters, ZodOpenApiResponseObject } from 'zod-openapi'

const bearer: Record<string, string[]>[] = [{ password: [] }, { bearer: [] }]
const securityOf = (by: By) => (typeof by === 'object' ? [{ service: [] }] : bearer)

const contentOf = ({ schema, example, type = 'application/json' }: Answer) =>
  schema && { content: { [type]: { schema, example } } }

const answersOf = ({ answers, orAnswers = [] }: Call) => {
  const found: Record<string, ZodOpenApiResponseObject> = {}
  for (const answer of [answers, ...orAnswers]) {
    const { status, description, headers } = answer
    const before = found[`${status}`]
    // Two media types of one status are one response.
    const content = { ...before?.content, ...contentOf(answer)?.content }
    found[`${status}`] = {
      description,
      ...(headers && { headers }),
      ...(Object.keys(content).length > 0 && { content }),
    }
  }
  return found
}

const refusalsOf = ({ refuses }: Call) =>
  [...Map.groupBy(refuses, (code) => problemCodes[code].status)].map(([status, codes]) => ({
    status: `${status}`,
    codes,
    name: codes.join('-'),
  }))

/** The error responses of all calls; equal sets of codes share a component. */
export const refusalComponents = (calls: Call[]) =>
  Object.fromEntries(
    calls.flatMap(refusalsOf).map(({ name, codes }) => [
      name,
      {
        description: codes.map((code) => `\`${code}\``).join(', '),
        content: {
          'application/problem+json': {
            schema: problem,
            examples: Object.fromEntries(codes.map((code) => [code, { $ref: `#/components/examples/${code}` }])),
          },
        },
      },
    ]),
  )

const refusedWith = (call: Call) =>
  Object.fromEntries(refusalsOf(call).map(({ status, name }) => [status, { $ref: `#/components/responses/${name}` }]))

const paramsOf = ({ params, query, headers, ifMatch }: Call) => {
  const header = ifMatch ? z.object({ 'If-Match': z.string() }) : headers
  const named = { path: params, query, header }
  const given = Object.entries(named).filter(([, schema]) => schema !== undefined)
  return given.length > 0 && { requestParams: Object.fromEntries(given) as ZodOpenApiParameters }
}

const bodyOf = ({ body }: Call) =>
  body && {
    requestBody: {
      required: true,
      content: Object.fromEntries(body.types.map((type) => [type, { schema: body.schema, example: body.example }])),
    },
  }

/** A call as an OpenAPI operation. */
export const operationOf = (operationId: string, call: Call): ZodOpenApiOperationObject => {
  const { tag, summary, description, by } = call
  return {
    tags: [tag],
    operationId,
    summary,
    ...(description !== undefined && { description }),
    ...(by !== 'anyone' && { security: securityOf(by) }),
    ...paramsOf(call),
    ...bodyOf(call),
    responses: { ...answersOf(call), ...refusedWith(call) },
  }
}
