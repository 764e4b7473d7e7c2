const mend = 'mend the request; `detail` names the fields'
const signInAgain = 'sign in (again)'
const otherPassword = 'choose another password'
const later = 'try again after `Retry-After` seconds'
const plainHttp = 'send HTTP/1.1 with `Content-Length` or `chunked`'

/** By code: the status, a detail that it comes with, and what a caller does about it. */
const known = {
  invalid_request: [400, 'username: Too small: expected string to have >=1 characters', mend],
  invalid_json: [400, 'The body is not valid JSON.', mend],
  invalid_form: [400, 'The form is not well-formed percent-encoded UTF-8.', mend],
  repeated_field: [400, 'The field "username" came twice.', mend],
  malformed_request: [400, 'The path is not well-formed.', mend],
  unsupported_grant_type: [
    400,
    'grant_type is password here.',
    '`password` at `/auth/login`, `refresh_token` at `/auth/refresh`',
  ],
  refresh_token_invalid: [400, 'This refresh token is not, or no longer, good. Sign in again.', 'sign in again'],
  refresh_token_reused: [
    400,
    'This refresh token was used before, so its session was ended. Sign in again.',
    'sign in again',
  ],
  password_too_common: [
    400,
    'This password is on the lists that everybody tries first. Choose another.',
    otherPassword,
  ],
  password_too_guessable: [
    400,
    'This password is a common word, a name or a date with little added. Choose another; several words are fine.',
    otherPassword,
  ],
  password_like_username: [400, 'The password must not be the username.', otherPassword],
  password_unchanged: [400, 'The new password is the one that it should take the place of.', otherPassword],
  bad_credentials: [401, 'Username or password is wrong.', 'username or password is wrong, or the user is deactivated'],
  token_missing: [401, 'Sign in first.', signInAgain],
  invalid_token: [401, 'The token is not good, or no longer. Sign in again.', signInAgain],
  session_ended: [401, 'This session has ended. Sign in again.', signInAgain],
  invalid_client: [401, 'This call needs the credential of a service.', "a service's credential is missing or wrong"],
  insufficient_scope: [
    403,
    'This call needs the role admin.',
    "the role, or the scope of the service's credential, is missing",
  ],
  wrong_password: [403, 'The current password is wrong.', 'the current password is wrong'],
  password_change_required: [
    403,
    'This password was set for you. Sign in with it and a password of your own, as `new_password`.',
    'the password was set by an admin: sign in with it and a new one, as `new_password`',
  ],
  not_found: [404, 'There is nothing at this path.', 'mend the path'],
  user_not_found: [404, 'There is no user with this id.', 'it is deleted, or never was'],
  session_not_found: [404, 'You have no live session with this id.', 'it has ended, or is not yours'],
  method_not_allowed: [405, 'This path takes POST.', '`Allow` tells which'],
  request_timeout: [408, 'The request did not arrive in time.', 'send the request in one go'],
  username_taken: [409, 'Another user has this username.', 'choose another name'],
  last_admin: [
    409,
    'This is the last active admin. Give the role to another active user first.',
    'give the role to somebody else first',
  ],
  history_gone: [
    410,
    'Events behind this position have been purged. Read GET /events/snapshot, then go on after its `position`.',
    'read `GET /events/snapshot`, then go on after its `position`',
  ],
  version_conflict: [412, 'The user has changed since. Read it again and decide anew.', 'read the user again'],
  body_too_large: [413, 'The body is larger than 16 KiB.', '16 KiB (64 MiB for an import)'],
  uri_too_long: [414, 'The address is longer than 8 KiB.', '8 KiB'],
  unsupported_media_type: [415, 'Send the body as application/json, in UTF-8.', '`Accept` tells which'],
  unsupported_encoding: [415, 'Send the body without content encoding.', '`Accept` tells which'],
  if_match_required: [
    428,
    'Send If-Match with the ETag of the user that you saw.',
    'send the ETag of the user that you saw',
  ],
  too_many_attempts: [
    429,
    'Too many failed sign-ins. Try again in 30 s.',
    'wait for `Retry-After` seconds: too many wrong passwords, for this account or from this network',
  ],
  too_many_requests: [
    429,
    'These are too many requests at once from one network. Try again shortly.',
    'wait for `Retry-After` seconds: too many requests from one network, which Nginx counts',
  ],
  headers_too_large: [431, 'The headers are larger than 8 KiB.', '8 KiB'],
  internal_error: [
    500,
    'Something failed here. Give the request id to the operator.',
    'give the request id to the operator',
  ],
  not_implemented: [501, 'This transfer encoding is not supported.', plainHttp],
  too_busy: [503, 'Too many sign-ins at once. Try again shortly.', later],
  cannot_verify: [503, 'It cannot be told at this moment whether this session still counts.', later],
  database_unavailable: [503, 'The user database does not answer. Try again shortly.', later],
  upstream_unavailable: [503, 'The service cannot be reached at the moment.', later],
  too_many_streams: [503, 'This replica serves as many streams of events as it can.', later],
  http_version_not_supported: [505, 'Use HTTP/1.1.', plainHttp],
} as const satisfies Record<string, readonly [status: number, detail: string, advice: string]>
export type ProblemCode = keyof typeof known

type Known = { status: number; detail: string; advice: string }

/** Every `code` that a problem can carry. Codes are stable. OpenAPI and the guide's table of errors are made of this. */
export const problemCodes = Object.fromEntries(
  Object.entries(known).map(([code, [status, detail, advice]]) => [code, { status, detail, advice }]),
) as Record<ProblemCode, Known>
