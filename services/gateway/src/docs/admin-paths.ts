import {
  auditPage,
  auditQuery,
  importedUser,
  importQuery,
  importRefusal,
  importStopped,
  importSummary,
  newUser,
  passwordSet,
  userPage,
  userPatch,
  userPath,
  userQuery,
  userState,
} from '@gatehouse/contracts'
import { z } from 'zod'
import type { ZodOpenApiObject, ZodOpenApiOperationObject } from 'zod-openapi'
import { bearer, json, refused } from './answers.ts'

const admin = (
  operationId: string,
  summary: string,
  more: Omit<ZodOpenApiOperationObject, 'tags' | 'operationId' | 'summary' | 'security'>,
): ZodOpenApiOperationObject => ({ tags: ['users'], operationId, summary, security: bearer, ...more })

const body = (schema: z.ZodType) => ({ required: true, content: { 'application/json': { schema } } })
const ofUser = { requestParams: { path: userPath } }
const done = { 204: { description: 'done' } }
const theUser = { 200: json(userState, 'the user as it is now; the ETag is its version') }

/** What admins do. */
export const adminPaths: ZodOpenApiObject['paths'] = {
  '/users': {
    get: admin('listUsers', 'A page of users, by username', {
      requestParams: { query: userQuery },
      responses: {
        200: json(userPage, 'the page; `next` is the `after` of the following one'),
        ...refused(400, 401, 403, 503),
      },
    }),
    post: admin('createUser', 'Create a user', {
      requestBody: body(newUser),
      responses: { 201: json(userState, 'the user'), ...refused(400, 401, 403, 409, 415, 503) },
    }),
  },
  '/users/import': {
    post: admin('importUsers', 'Take users over with their hashes, as JSON lines', {
      requestParams: { query: importQuery },
      requestBody: { required: true, content: { 'application/x-ndjson': { schema: importedUser } } },
      responses: {
        200: {
          description:
            'a line for each refused row, and the summary last; where who imports was thrown out meanwhile, that instead',
          content: { 'application/x-ndjson': { schema: z.union([importRefusal, importStopped, importSummary]) } },
        },
        ...refused(400, 401, 403, 413, 415, 503),
      },
    }),
  },
  '/users/{id}': {
    get: admin('readUser', 'One user', { ...ofUser, responses: { ...theUser, ...refused(400, 401, 403, 404, 503) } }),
    patch: admin('changeUser', 'Change username, name or roles', {
      requestParams: { path: userPath, header: z.object({ 'If-Match': z.string() }) },
      requestBody: body(userPatch),
      responses: { ...theUser, ...refused(400, 401, 403, 404, 409, 412, 415, 428, 503) },
    }),
    delete: admin('deleteUser', 'Delete a user and all personal data', {
      ...ofUser,
      responses: { ...done, ...refused(400, 401, 403, 404, 409, 503) },
    }),
  },
  '/users/{id}/deactivate': {
    post: admin('deactivateUser', 'Deactivate a user and end all sessions', {
      ...ofUser,
      responses: { ...theUser, ...refused(400, 401, 403, 404, 409, 503) },
    }),
  },
  '/users/{id}/activate': {
    post: admin('activateUser', 'Activate a user again', {
      ...ofUser,
      responses: { ...theUser, ...refused(400, 401, 403, 404, 503) },
    }),
  },
  '/users/{id}/password': {
    post: admin('setPassword', "Set a user's password and end all sessions", {
      ...ofUser,
      requestBody: body(passwordSet),
      responses: { ...done, ...refused(400, 401, 403, 404, 415, 503) },
    }),
  },
  '/users/{id}/sessions': {
    delete: admin('endSessionsOfUser', 'End all sessions of a user', {
      ...ofUser,
      responses: { ...done, ...refused(400, 401, 403, 404, 503) },
    }),
  },
  '/audit': {
    get: admin('readAudit', 'The security log, newest first', {
      requestParams: { query: auditQuery },
      responses: { 200: json(auditPage, 'who did what to whom'), ...refused(400, 401, 403, 503) },
    }),
  },
}
