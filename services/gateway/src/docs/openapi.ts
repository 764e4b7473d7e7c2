import {
  health,
  jwks,
  loginForm,
  problem,
  publicUser,
  serverMetadata,
  tokenResponse,
  userPath,
  userState,
} from '@gatehouse/contracts'
import { z } from 'zod'
import { createDocument, type ZodOpenApiObject, type ZodOpenApiOperationObject } from 'zod-openapi'

const json = (schema: z.ZodType, description: string) => ({
  description,
  content: { 'application/json': { schema } },
})

const refusals = {
  400: 'the request is not well-formed; `detail` names the fields',
  401: 'no token, or none that counts; `WWW-Authenticate` tells which (RFC 6750 §3)',
  403: 'the role is missing',
  404: 'there is no such thing',
  413: 'the body is larger than 16 KiB',
  415: 'the body is of another media type',
  503: 'cannot be answered now; come back after `Retry-After` seconds',
}
const refused = (...statuses: (keyof typeof refusals)[]) =>
  Object.fromEntries(
    statuses.map((status) => [
      String(status),
      { description: refusals[status], content: { 'application/problem+json': { schema: problem } } },
    ]),
  )

const bearer: ZodOpenApiOperationObject['security'] = [{ password: [] }, { bearer: [] }]

const setActive = (operationId: string, summary: string): ZodOpenApiOperationObject => ({
  tags: ['users'],
  operationId,
  summary,
  security: bearer,
  requestParams: { path: userPath },
  responses: { 200: json(userState, 'the user as it is now'), ...refused(400, 401, 403, 404, 503) },
})

const paths: ZodOpenApiObject['paths'] = {
  '/auth/login': {
    post: {
      tags: ['auth'],
      operationId: 'logIn',
      summary: 'Sign in with username and password',
      description: 'OAuth2 password form (RFC 6749 §4.3), or the same as JSON.',
      requestBody: {
        required: true,
        content: {
          'application/x-www-form-urlencoded': { schema: loginForm },
          'application/json': { schema: loginForm, example: { username: 'admin', password: 'changeme' } },
        },
      },
      responses: { 200: json(tokenResponse, 'an access token'), ...refused(400, 401, 413, 415, 503) },
    },
  },
  '/auth/me': {
    get: {
      tags: ['auth'],
      operationId: 'readMe',
      summary: 'Who am I?',
      security: bearer,
      responses: { 200: json(publicUser, 'the user who signed in'), ...refused(400, 401, 503) },
    },
  },
  '/auth/logout': {
    post: {
      tags: ['auth'],
      operationId: 'logOut',
      summary: 'End this session everywhere',
      security: bearer,
      responses: { 204: { description: 'ended' }, ...refused(400, 401, 503) },
    },
  },
  '/auth/verify': {
    get: {
      tags: ['auth'],
      operationId: 'verify',
      summary: "For Nginx' auth_request",
      security: bearer,
      responses: {
        204: {
          description: 'the token counts',
          headers: z.object({
            'X-Auth-User-Id': z.uuid(),
            'X-Auth-Username': z.string().meta({ description: 'percent-encoded UTF-8' }),
            'X-Auth-Roles': z.string().meta({ description: 'with commas between' }),
          }),
        },
        ...refused(400, 401, 503),
      },
    },
  },
  '/users/{id}/deactivate': { post: setActive('deactivateUser', 'Deactivate a user and end all sessions (admin)') },
  '/users/{id}/activate': { post: setActive('activateUser', 'Activate a user again (admin)') },
  '/.well-known/jwks.json': {
    get: {
      tags: ['discovery'],
      operationId: 'readJwks',
      summary: 'Keys to verify tokens with (RFC 7517)',
      responses: { 200: json(jwks, 'the public keys') },
    },
  },
  '/.well-known/oauth-authorization-server': {
    get: {
      tags: ['discovery'],
      operationId: 'readMetadata',
      summary: 'Authorization server metadata (RFC 8414)',
      responses: { 200: json(serverMetadata, 'the metadata') },
    },
  },
  '/health': {
    get: {
      tags: ['health'],
      operationId: 'readHealth',
      summary: 'Can requests be answered?',
      responses: {
        200: json(health.pick({ status: true }), 'yes'),
        503: json(health.pick({ status: true }), 'no'),
      },
    },
  },
}

/** The HTTP interface of both services as clients see it through Nginx, made from the schemas that parse it. */
export const openApi = () =>
  createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Gatehouse',
      version: '0.1.0',
      description: 'Sign-in core. Every error is `application/problem+json` with a stable `code`.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/api' }],
    paths,
    components: {
      securitySchemes: {
        password: { type: 'oauth2', flows: { password: { tokenUrl: '/api/auth/login', scopes: {} } } },
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
      },
    },
  })
