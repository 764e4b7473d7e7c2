type Known = { status: number; detail: string; advice: string }

const mend = 'mend the request; `detail` names the fields'
const signInAgain = 'sign in (again)'
const otherPassword = 'choose another password'
const later = 'try again after `Retry-After` seconds'
const notAvailable = 'send HTTP/1.1 with `Content-Length` or `chunked`'

/**
 * Every `code` that a problem can carry: its status, a `detail` that it comes with, and what a caller does about it. Codes are
 * stable. OpenAPI and the guide's table of errors are made of this.
 */
export const problemCodes = {
  invalid_request: {
    status: 400,
    detail: 'username: Too small: expected string to have >=1 characters',
    advice: mend,
  },
  invalid_json: { status: 400, detail: 'The body is not valid JSON.', advice: mend },
  invalid_form: { status: 400, detail: 'The form is not well-formed percent-encoded UTF-8.', advice: mend },
  repeated_field: { status: 400, detail: 'The field "username" came twice.', advice: mend },
  malformed_request: { status: 400, detail: 'The path is not well-formed.', advice: mend },
  unsupported_grant_type: {
    status: 400,
    detail: 'grant_type is password here.',
    advice: '`password` at `/auth/login`, `refresh_token` at `/auth/refresh`',
  },
  refresh_token_invalid: {
    status: 400,
    detail: 'This refresh token is not, or no longer, good. Sign in again.',
    advice: 'sign in again',
  },
  refresh_token_reused: {
    status: 400,
    detail: 'This refresh token was used before, so its session was ended. Sign in again.',
    advice: 'sign in again',
  },
  password_too_common: {
    status: 400,
    detail: 'This password is on the lists that everybody tries first. Choose another.',
    advice: otherPassword,
  },
  password_too_guessable: {
    status: 400,
    detail:
      'This password is a common word, a name or a date with little added. Choose another; several words are fine.',
    advice: otherPassword,
  },
  password_like_username: {
    status: 400,
    detail: 'The password must not be the username.',
    advice: otherPassword,
  },
  password_unchanged: {
    status: 400,
    detail: 'The new password is the one that it should take the place of.',
    advice: otherPassword,
  },
  bad_credentials: {
    status: 401,
    detail: 'Username or password is wrong.',
    advice: 'username or password is wrong, or the user is deactivated',
  },
  token_missing: { status: 401, detail: 'Sign in first.', advice: signInAgain },
  invalid_token: { status: 401, detail: 'The token is not good, or no longer. Sign in again.', advice: signInAgain },
  session_ended: { status: 401, detail: 'This session has ended. Sign in again.', advice: signInAgain },
  invalid_client: {
    status: 401,
    detail: 'This call needs the credential of a service.',
    advice: "a service's credential is missing or wrong",
  },
  insufficient_scope: {
    status: 403,
    detail: 'This call needs the role admin.',
    advice: "the role, or the scope of the service's credential, is missing",
  },
  wrong_password: {
    status: 403,
    detail: 'The current password is wrong.',
    advice: 'the current password is wrong',
  },
  password_change_required: {
    status: 403,
    detail: 'This password was set for you. Sign in with it and a password of your own, as `new_password`.',
    advice: 'the password was set by an admin: sign in with it and a new one, as `new_password`',
  },
  not_found: { status: 404, detail: 'There is nothing at this path.', advice: 'mend the path' },
  user_not_found: { status: 404, detail: 'There is no user with this id.', advice: 'it is deleted, or never was' },
  session_not_found: {
    status: 404,
    detail: 'You have no live session with this id.',
    advice: 'it has ended, or is not yours',
  },
  method_not_allowed: { status: 405, detail: 'This path takes POST.', advice: '`Allow` tells which' },
  request_timeout: {
    status: 408,
    detail: 'The request did not arrive in time.',
    advice: 'send the request in one go',
  },
  username_taken: {
    status: 409,
    detail: 'Another user has this username.',
    advice: 'choose another name',
  },
  last_admin: {
    status: 409,
    detail: 'This is the last active admin. Give the role to another active user first.',
    advice: 'give the role to somebody else first',
  },
  history_gone: {
    status: 410,
    detail: 'Events behind this position have been purged. Read GET /events/snapshot, then go on after its `position`.',
    advice: 'read `GET /events/snapshot`, then go on after its `position`',
  },
  version_conflict: {
    status: 412,
    detail: 'The user has changed since. Read it again and decide anew.',
    advice: 'read the user again',
  },
  body_too_large: {
    status: 413,
    detail: 'The body is larger than 16 KiB.',
    advice: '16 KiB (64 MiB for an import)',
  },
  uri_too_long: { status: 414, detail: 'The address is longer than 8 KiB.', advice: '8 KiB' },
  unsupported_media_type: {
    status: 415,
    detail: 'Send the body as application/json, in UTF-8.',
    advice: '`Accept` tells which',
  },
  unsupported_encoding: {
    status: 415,
    detail: 'Send the body without content encoding.',
    advice: '`Accept` tells which',
  },
  if_match_required: {
    status: 428,
    detail: 'Send If-Match with the ETag of the user that you saw.',
    advice: 'send the ETag of the user that you saw',
  },
  too_many_attempts: {
    status: 429,
    detail: 'Too many failed sign-ins. Try again in 30 s.',
    advice: 'wait for `Retry-After` seconds: too many wrong passwords, for this account or from this network',
  },
  too_many_requests: {
    status: 429,
    detail: 'These are too many requests at once from one network. Try again shortly.',
    advice: 'wait for `Retry-After` seconds: too many requests from one network, which Nginx counts',
  },
  headers_too_large: { status: 431, detail: 'The headers are larger than 8 KiB.', advice: '8 KiB' },
  internal_error: {
    status: 500,
    detail: 'Something failed here. Give the request id to the operator.',
    advice: 'give the request id to the operator',
  },
  not_implemented: { status: 501, detail: 'This transfer encoding is not supported.', advice: notAvailable },
  too_busy: { status: 503, detail: 'Too many sign-ins at once. Try again shortly.', advice: later },
  cannot_verify: {
    status: 503,
    detail: 'It cannot be told at this moment whether this session still counts.',
    advice: later,
  },
  database_unavailable: {
    status: 503,
    detail: 'The user database does not answer. Try again shortly.',
    advice: later,
  },
  upstream_unavailable: { status: 503, detail: 'The service cannot be reached at the moment.', advice: later },
  too_many_streams: {
    status: 503,
    detail: 'This replica serves as many streams of events as it can.',
    advice: later,
  },
  http_version_not_supported: { status: 505, detail: 'Use HTTP/1.1.', advice: notAvailable },
} as const satisfies Record<string, Known>
export type ProblemCode = keyof typeof problemCodes
