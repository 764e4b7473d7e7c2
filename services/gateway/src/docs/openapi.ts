import { STATUS_CODES } from 'node:http'
import { calls, commonCodes, type Problem, type ProblemCode, problemCodes, userState } from '@gatehouse/contracts'
import { createDocument, type ZodOpenApiPathsObject } from 'zod-openapi'
import { operationOf, refusalComponents } from './operation.ts'

const published = calls.filter(({ call }) => !call.isInternal)

const pathsOf = () => {
  const paths: ZodOpenApiPathsObject = {}
  for (const { operationId, call } of published)
    paths[call.path] = { ...paths[call.path], [call.method.toLowerCase()]: operationOf(operationId, call) }
  return paths
}

const exampleOf = (code: ProblemCode) => {
  const { status, detail, advice } = problemCodes[code]
  const title = STATUS_CODES[status] ?? 'Error'
  const value: Problem = { type: 'about:blank', title, status, detail, code, request_id: '5f0c1c8f3b9a4b7e8d21' }
  return { summary: advice, value }
}
const codes = Object.keys(problemCodes) as ProblemCode[]

/** The HTTP API of both services as clients see it through Nginx, generated from the declared calls. */
export const openApi = () =>
  createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Gatehouse',
      version: '0.1.0',
      description:
        'Sign-in service. Every error is `application/problem+json` with a stable `code`. In addition to the codes listed with it, any ' +
        `call may return ${commonCodes.map((code) => `${problemCodes[code].status} \`${code}\``).join(', ')}.`,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/api' }],
    paths: pathsOf(),
    components: {
      schemas: { User: userState },
      responses: refusalComponents(published.map(({ call }) => call)),
      examples: Object.fromEntries(codes.map((code) => [code, exampleOf(code)])),
      securitySchemes: {
        password: { type: 'oauth2', flows: { password: { tokenUrl: '/api/auth/login', scopes: {} } } },
        service: { type: 'http', scheme: 'basic' },
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
      },
    },
  })
