import { z } from 'zod'
import { auditPage, auditQuery } from '../audit.ts'
import { call, json, jsonLines, noBody, ok, unchanged } from '../declare-call.ts'
import { type UserState, userPath, userState } from '../user.ts'
import { newUser, passwordSet, userPage, userPatch, userQuery } from '../user-administration.ts'
import { importedUser, importQuery, importRefusal, importStopped, importSummary } from '../user-import.ts'
import { weakPassword } from './auth-calls.ts'
import { adasState, userId } from './examples.ts'

const etag = z.string().meta({ description: 'version of the user, for `If-Match`' })
const theUser = ok(userState, 'the current state of the user', adasState, {
  headers: z.object({ ETag: etag }),
  headersOf: ({ version }: UserState) => ({ ETag: `"${version}"` }),
})

/** Calls of admins. */
export const userCalls = {
  listUsers: call('GET /users', {
    tag: 'users',
    summary: 'List users, by username',
    by: 'admin',
    query: userQuery,
    answers: ok(userPage, 'a page; pass `next` as `after` to get the next one', { users: [adasState], next: 'ada' }),
  }),
  createUser: call('POST /users', {
    tag: 'users',
    summary: 'Create a user',
    by: 'admin',
    body: json(newUser, {
      username: 'ada',
      password: 'kitchen tables fly',
      full_name: 'Ada Lovelace',
      roles: ['admin'],
    }),
    answers: ok(
      userState,
      'the user',
      { ...adasState, version: 1, updated_at: adasState.created_at },
      {
        status: 201,
        headers: z.object({
          ETag: etag,
          Location: z.string().meta({ description: 'relative to the URL of this call' }),
        }),
        headersOf: ({ id, version }) => ({ ETag: `"${version}"`, Location: `users/${id}` }),
      },
    ),
    refuses: [...weakPassword, 'username_taken', 'too_busy'],
  }),
  importUsers: call('POST /users/import', {
    tag: 'users',
    summary: 'Import users with their password hashes, as JSON lines',
    by: 'admin',
    query: importQuery,
    body: jsonLines(
      importedUser,
      { username: 'ada', hashed_password: '$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW' },
      64 * 1024 * 1024,
    ),
    answers: ok(
      z.union([importRefusal, importStopped, importSummary]),
      'one line for each rejected row, then the summary; if the session or role of the admin ends during the import, a line that says so instead of the summary',
      { imported: 1, refused: 0, dry_run: false },
      { type: 'application/x-ndjson' },
    ),
  }),
  readUser: call('GET /users/{id}', {
    tag: 'users',
    summary: 'Get a user',
    by: 'admin',
    params: userPath,
    answers: theUser,
    orAnswers: [unchanged],
    refuses: ['user_not_found'],
  }),
  changeUser: call('PATCH /users/{id}', {
    tag: 'users',
    summary: 'Change username, full name or roles of a user',
    by: 'admin',
    params: userPath,
    ifMatch: true,
    body: json(userPatch, { full_name: 'Augusta Ada King' }),
    answers: theUser,
    refuses: ['user_not_found', 'username_taken', 'last_admin'],
  }),
  deleteUser: call('DELETE /users/{id}', {
    tag: 'users',
    summary: 'Delete a user and its personal data',
    by: 'admin',
    params: userPath,
    answers: noBody(204, 'done'),
    refuses: ['user_not_found', 'last_admin'],
  }),
  deactivateUser: call('POST /users/{id}/deactivate', {
    tag: 'users',
    summary: 'Deactivate a user and end all its sessions',
    by: 'admin',
    params: userPath,
    answers: theUser,
    refuses: ['user_not_found', 'last_admin'],
  }),
  activateUser: call('POST /users/{id}/activate', {
    tag: 'users',
    summary: 'Reactivate a user',
    by: 'admin',
    params: userPath,
    answers: theUser,
    refuses: ['user_not_found'],
  }),
  setPassword: call('POST /users/{id}/password', {
    tag: 'users',
    summary: "Set a user's password and end all its sessions",
    by: 'admin',
    params: userPath,
    body: json(passwordSet, { new_password: 'kitchen tables fly', must_change: true }),
    answers: noBody(204, 'done'),
    refuses: ['user_not_found', ...weakPassword, 'too_busy'],
  }),
  endSessionsOfUser: call('DELETE /users/{id}/sessions', {
    tag: 'users',
    summary: 'End all sessions of a user',
    by: 'admin',
    params: userPath,
    answers: noBody(204, 'done'),
    refuses: ['user_not_found'],
  }),
  readAudit: call('GET /audit', {
    tag: 'users',
    summary: 'Read the security log, newest first',
    by: 'admin',
    query: auditQuery,
    answers: ok(auditPage, 'a page of the security log', {
      lines: [
        {
          seq: 7,
          at: adasState.updated_at,
          actor: userId,
          action: 'user.updated.v1',
          subject: userId,
          address: '203.0.113.7',
          request_id: '5f0c1c8f3b9a4b7e8d21',
          detail: {},
        },
      ],
      next: null,
    }),
  }),
}
