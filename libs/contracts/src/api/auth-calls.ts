import { z } from 'zod'
import { call, formOrJson, json, noBody, ok } from '../declare-call.ts'
import { loginForm, tokenResponse } from '../login.ts'
import type { ProblemCode } from '../problem-codes.ts'
import { refreshForm, sessionList, sessionQuery } from '../sessions.ts'
import { publicUser, userPath, verifyQuery } from '../user.ts'
import { passwordChange } from '../user-administration.ts'
import { ada, refreshToken, session, tokens } from './examples.ts'

/** Codes for a new password that is too weak. */
export const weakPassword: ProblemCode[] = ['password_too_common', 'password_too_guessable', 'password_like_username']

/** Signing in and out, and the caller's own sessions and password. */
export const authCalls = {
  logIn: call('POST /auth/login', {
    tag: 'auth',
    summary: 'Sign in with username and password',
    description: 'OAuth 2.0 password grant (RFC 6749 §4.3), as a form or as JSON.',
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
    summary: 'Get the signed-in user',
    servedBy: 'gateway',
    by: 'user',
    answers: ok(publicUser, 'the signed-in user', ada),
  }),
  logOut: call('POST /auth/logout', {
    tag: 'auth',
    summary: 'Sign out: end the current session',
    by: 'user',
    answers: noBody(204, 'ended'),
  }),
  refresh: call('POST /auth/refresh', {
    tag: 'auth',
    summary: 'Refresh the tokens',
    description:
      'RFC 6749 §6. A refresh token can be used once. Using it again within `REFRESH_REUSE_SECONDS` returns the current pair, and so ' +
      'do up to three later repeats of the previous token within five minutes. Any other repeat ends the session.',
    by: 'anyone',
    oauth: { grant: 'refresh_token' },
    body: formOrJson(refreshForm, { refresh_token: refreshToken }),
    answers: ok(tokenResponse, 'the new pair', tokens),
    refuses: ['refresh_token_invalid', 'refresh_token_reused'],
  }),
  listSessions: call('GET /auth/sessions', {
    tag: 'auth',
    summary: 'List my sessions',
    by: 'user',
    query: sessionQuery,
    answers: ok(sessionList, 'the active sessions, last seen first; pass `next` as `after` to get the next page', {
      sessions: [session],
      next: null,
    }),
  }),
  endOtherSessions: call('DELETE /auth/sessions', {
    tag: 'auth',
    summary: 'End all my other sessions',
    by: 'user',
    answers: noBody(204, 'ended'),
  }),
  endSession: call('DELETE /auth/sessions/{id}', {
    tag: 'auth',
    summary: 'End one of my sessions',
    by: 'user',
    params: userPath,
    answers: noBody(204, 'ended'),
    refuses: ['session_not_found'],
  }),
  changePassword: call('POST /auth/password', {
    tag: 'auth',
    summary: 'Change my password and end my other sessions',
    by: 'user',
    body: json(passwordChange, { current_password: 'changeme', new_password: 'kitchen tables fly' }),
    answers: noBody(204, 'changed'),
    refuses: ['wrong_password', ...weakPassword, 'too_many_attempts', 'too_busy'],
  }),
  verify: call('GET /auth/verify', {
    tag: 'auth',
    summary: "Verify a token, for Nginx' auth_request and similar proxies",
    description: 'An error response repeats its body in the header `X-Auth-Problem`.',
    servedBy: 'gateway',
    by: 'user',
    query: verifyQuery,
    answers: noBody(
      204,
      'the token is valid',
      z.object({
        'X-Auth-User-Id': z.uuid(),
        'X-Auth-Username': z.string().meta({ description: 'percent-encoded UTF-8' }),
        'X-Auth-Roles': z.string().meta({ description: 'comma-separated' }),
      }),
    ),
    refuses: ['insufficient_scope'],
  }),
}
