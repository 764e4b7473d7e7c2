import { z } from 'zod'
import { call, formOrJson, json, noBody, ok } from '../declare-call.ts'
import { loginForm, tokenResponse } from '../login.ts'
import type { ProblemCode } from '../problem-codes.ts'
import { refreshForm, sessionList, sessionQuery } from '../sessions.ts'
import { publicUser, userPath, verifyQuery } from '../user.ts'
import { passwordChange } from '../user-administration.ts'
import { ada, refreshToken, session, tokens } from './examples.ts'

/** What a new password may be refused for. */
export const weakPassword: ProblemCode[] = ['password_too_common', 'password_too_guessable', 'password_like_username']

/** Signing in and out, and what is one's own. */
export const authCalls = {
  logIn: call('POST /auth/login', {
    tag: 'auth',
    summary: 'Sign in with username and password',
    description: 'OAuth2 password form (RFC 6749 §4.3), or the same as JSON.',
    by: 'anyone',
    oauth: { grant: 'password' },
    body: formOrJson(loginForm, { username: 'admin', password: 'changeme' }),
    answers: ok(tokenResponse, 'an access token', tokens),
    refuses: [
      'bad_credentials',
      'password_change_required',
      'password_unchanged',
      ...weakPassword,
      'too_many_attempts',
      'too_busy',
    ],
  }),
  readMe: call('GET /auth/me', {
    tag: 'auth',
    summary: 'Who am I?',
    servedBy: 'gateway',
    by: 'user',
    answers: ok(publicUser, 'the user who signed in', ada),
  }),
  logOut: call('POST /auth/logout', {
    tag: 'auth',
    summary: 'End this session everywhere',
    by: 'user',
    answers: noBody(204, 'ended'),
  }),
  refresh: call('POST /auth/refresh', {
    tag: 'auth',
    summary: 'A new pair for a refresh token',
    description: 'RFC 6749 §6. A token that is two or more steps behind ends its session.',
    by: 'anyone',
    oauth: { grant: 'refresh_token' },
    body: formOrJson(refreshForm, { refresh_token: refreshToken }),
    answers: ok(tokenResponse, 'the new pair', tokens),
    refuses: ['refresh_token_invalid', 'refresh_token_reused'],
  }),
  listSessions: call('GET /auth/sessions', {
    tag: 'auth',
    summary: 'Where am I signed in?',
    by: 'user',
    query: sessionQuery,
    answers: ok(sessionList, 'the live sessions, last seen first; `next` is the `after` of the following page', {
      sessions: [session],
      next: null,
    }),
  }),
  endOtherSessions: call('DELETE /auth/sessions', {
    tag: 'auth',
    summary: 'End all sessions but this one',
    by: 'user',
    answers: noBody(204, 'ended'),
  }),
  endSession: call('DELETE /auth/sessions/{id}', {
    tag: 'auth',
    summary: 'End one session',
    by: 'user',
    params: userPath,
    answers: noBody(204, 'ended'),
    refuses: ['session_not_found'],
  }),
  changePassword: call('POST /auth/password', {
    tag: 'auth',
    summary: 'Change my password; my other sessions end',
    by: 'user',
    body: json(passwordChange, { current_password: 'changeme', new_password: 'kitchen tables fly' }),
    answers: noBody(204, 'changed'),
    refuses: ['wrong_password', ...weakPassword, 'too_many_attempts', 'too_busy'],
  }),
  verify: call('GET /auth/verify', {
    tag: 'auth',
    summary: "Does this token count? For Nginx' auth_request and the like",
    description: 'A refusal carries its body in the header `X-Auth-Problem` as well.',
    servedBy: 'gateway',
    by: 'user',
    query: verifyQuery,
    answers: noBody(
      204,
      'the token counts',
      z.object({
        'X-Auth-User-Id': z.uuid(),
        'X-Auth-Username': z.string().meta({ description: 'percent-encoded UTF-8' }),
        'X-Auth-Roles': z.string().meta({ description: 'with commas between' }),
      }),
    ),
    refuses: ['insufficient_scope'],
  }),
}
