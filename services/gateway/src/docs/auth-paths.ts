import {
  health,
  introspection,
  jwks,
  loginForm,
  passwordChange,
  publicUser,
  refreshForm,
  serverMetadata,
  sessionList,
  sessionQuery,
  tokenForm,
  tokenResponse,
  userPath,
  verifyQuery,
} from '@gatehouse/contracts'
import { z } from 'zod'
import type { ZodOpenApiObject } from 'zod-openapi'
import { bearer, json, refused } from './answers.ts'

/** Signing in and out, and what others need to verify. */
export const authPaths: ZodOpenApiObject['paths'] = {
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
      responses: { 200: json(tokenResponse, 'an access token'), ...refused(400, 401, 403, 413, 415, 429, 503) },
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
  '/auth/refresh': {
    post: {
      tags: ['auth'],
      operationId: 'refresh',
      summary: 'A new pair for a refresh token',
      description: 'RFC 6749 §6. A token that is two or more steps behind ends its session.',
      requestBody: {
        required: true,
        content: {
          'application/x-www-form-urlencoded': { schema: refreshForm },
          'application/json': { schema: refreshForm },
        },
      },
      responses: { 200: json(tokenResponse, 'the new pair'), ...refused(400, 413, 415, 503) },
    },
  },
  '/auth/sessions': {
    get: {
      tags: ['auth'],
      operationId: 'listSessions',
      summary: 'Where am I signed in?',
      security: bearer,
      requestParams: { query: sessionQuery },
      responses: {
        200: json(sessionList, 'the live sessions, last seen first; `next` is the `after` of the following page'),
        ...refused(400, 401, 503),
      },
    },
    delete: {
      tags: ['auth'],
      operationId: 'endOtherSessions',
      summary: 'End all sessions but this one',
      security: bearer,
      responses: { 204: { description: 'ended' }, ...refused(401, 503) },
    },
  },
  '/auth/sessions/{id}': {
    delete: {
      tags: ['auth'],
      operationId: 'endSession',
      summary: 'End one session',
      security: bearer,
      requestParams: { path: userPath },
      responses: { 204: { description: 'ended' }, ...refused(400, 401, 404, 503) },
    },
  },
  '/auth/password': {
    post: {
      tags: ['auth'],
      operationId: 'changePassword',
      summary: 'Change my password; my other sessions end',
      security: bearer,
      requestBody: { required: true, content: { 'application/json': { schema: passwordChange } } },
      responses: { 204: { description: 'changed' }, ...refused(400, 401, 403, 415, 429, 503) },
    },
  },
  '/oauth/revoke': {
    post: {
      tags: ['services'],
      operationId: 'revokeToken',
      summary: 'End the session of a token of either kind (RFC 7009)',
      security: [{ service: [] }],
      requestBody: { required: true, content: { 'application/x-www-form-urlencoded': { schema: tokenForm } } },
      responses: { 200: { description: 'it counts no more, if it ever did' }, ...refused(400, 401, 415, 503) },
    },
  },
  '/oauth/introspect': {
    post: {
      tags: ['services'],
      operationId: 'introspectToken',
      summary: 'Does this token count? (RFC 7662)',
      security: [{ service: [] }],
      requestBody: { required: true, content: { 'application/x-www-form-urlencoded': { schema: tokenForm } } },
      responses: { 200: json(introspection, 'what it is'), ...refused(400, 401, 415, 503) },
    },
  },
  '/auth/verify': {
    get: {
      tags: ['auth'],
      operationId: 'verify',
      summary: "Does this token count? For Nginx' auth_request and the like",
      description: 'A refusal carries its body in the header `X-Auth-Problem` as well.',
      security: bearer,
      requestParams: { query: verifyQuery },
      responses: {
        204: {
          description: 'the token counts',
          headers: z.object({
            'X-Auth-User-Id': z.uuid(),
            'X-Auth-Username': z.string().meta({ description: 'percent-encoded UTF-8' }),
            'X-Auth-Roles': z.string().meta({ description: 'with commas between' }),
          }),
        },
        ...refused(400, 401, 403, 503),
      },
    },
  },
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
