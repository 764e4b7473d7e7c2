const correct = 'correct the request; `detail` names the fields'
const signInAgain = 'sign in again'
const otherPassword = 'choose another password'
const retryLater = 'retry after `Retry-After` seconds'
const plainHttp = 'send HTTP/1.1 with `Content-Length` or `Transfer-Encoding: chunked`'

/** By code: the status, an example of `detail`, and what a client should do. */
const known = {
  invalid_request: [400, 'username: Too small: expected string to have >=1 characters', correct],
  invalid_json: [400, 'The body is not valid JSON.', correct],
  invalid_form: [400, 'The form is not valid percent-encoded UTF-8.', correct],
  repeated_field: [400, 'The field "username" occurs more than once.', correct],
  malformed_request: [400, 'The path is malformed.', correct],
  unsupported_grant_type: [
    400,
    'This endpoint accepts grant_type=password only.',
    'send `password` to `/auth/login`, `refresh_token` to `/auth/refresh`',
  ],
  refresh_token_invalid: [400, 'The refresh token is invalid or expired. Sign in again.', signInAgain],
  refresh_token_reused: [
    400,
    'The refresh token was already used, so its session was ended. Sign in again.',
    signInAgain,
  ],
  password_too_common: [400, 'This password is on public lists of common passwords. Choose another.', otherPassword],
  password_too_guessable: [
    400,
    'This password is easy to guess: a common word, a name or a date with few additions. Choose another, such as several words.',
    otherPassword,
  ],
  password_like_username: [400, 'The password must not be the username.', otherPassword],
  password_unchanged: [400, 'The new password must differ from the current one.', otherPassword],
  bad_credentials: [
    401,
    'Username or password is wrong.',
    'check username and password; if both are right, the user is deactivated',
  ],
  token_missing: [401, 'The request has no access token. Sign in first.', 'sign in'],
  invalid_token: [401, 'The access token is invalid or expired. Sign in again.', signInAgain],
  session_ended: [401, 'This session has ended. Sign in again.', signInAgain],
  invalid_client: [
    401,
    'This call requires valid service credentials.',
    'send the name and secret of a service with HTTP Basic',
  ],
  insufficient_scope: [
    403,
    'This call requires the role admin.',
    'use a user with the role, or service credentials with the scope',
  ],
  wrong_password: [403, 'The current password is wrong.', 'send the current password'],
  password_change_required: [
    403,
    'An administrator set this password. Sign in with it and with a new password in `new_password`.',
    'sign in with the password that an administrator set and with a new one in `new_password`',
  ],
  not_found: [404, 'This path does not exist.', 'check the path'],
  user_not_found: [404, 'There is no user with this id.', 'check the id; the user may be deleted'],
  session_not_found: [
    404,
    'You have no active session with this id.',
    'check the id; the session has ended, or belongs to another user',
  ],
  method_not_allowed: [405, 'This path accepts POST.', 'use a method that `Allow` lists'],
  request_timeout: [408, 'The request did not arrive in time.', 'send the whole request without delay'],
  username_taken: [409, 'Another user has this username.', 'choose another username'],
  last_admin: [
    409,
    'This is the last active admin. Give the role to another active user first.',
    'give the role to another active user first',
  ],
  history_gone: [
    410,
    'Events after this position have been purged. Read GET /events/snapshot, then continue from its `position`.',
    'read `GET /events/snapshot`, then continue from its `position`',
  ],
  version_conflict: [
    412,
    'The user has changed since you read it. Read it again and retry.',
    'read the user again and retry',
  ],
  body_too_large: [413, 'The body is larger than 16 KiB.', 'send at most 16 KiB (64 MiB to an import)'],
  uri_too_long: [414, 'The URI is longer than 8 KiB.', 'send a URI of at most 8 KiB'],
  unsupported_media_type: [
    415,
    'Send the body as application/json, in UTF-8.',
    'use a media type that `Accept` lists, in UTF-8',
  ],
  unsupported_encoding: [415, 'Send the body without content encoding.', 'send the body without `Content-Encoding`'],
  if_match_required: [428, 'Send If-Match with the ETag of the user.', 'send `If-Match` with the ETag that you read'],
  too_many_attempts: [
    429,
    'Too many failed sign-ins. Try again in 30 s.',
    'retry after `Retry-After` seconds: too many wrong passwords for this account or from this network',
  ],
  too_many_requests: [
    429,
    'Too many requests from your network. Try again shortly.',
    'retry after `Retry-After` seconds: Nginx limits the requests of each network',
  ],
  headers_too_large: [431, 'The headers are larger than 8 KiB.', 'send headers of at most 8 KiB'],
  internal_error: [
    500,
    'An internal error occurred. Report the request id to the operator.',
    'report the request id to the operator',
  ],
  not_implemented: [501, 'This transfer encoding is not supported.', plainHttp],
  too_busy: [503, 'Too many sign-ins at once. Try again shortly.', retryLater],
  cannot_verify: [503, 'The session cannot be verified right now.', retryLater],
  database_unavailable: [503, 'The user database is unavailable. Try again shortly.', retryLater],
  upstream_unavailable: [503, 'The service is unavailable. Try again shortly.', retryLater],
  too_many_streams: [503, 'This replica serves no more event streams. Try again shortly.', retryLater],
  http_version_not_supported: [505, 'Use HTTP/1.1.', plainHttp],
} as const satisfies Record<string, readonly [status: number, detail: string, advice: string]>
export type ProblemCode = keyof typeof known

type Known = { status: number; detail: string; advice: string }

/** Every `code` of a problem. Codes are stable. OpenAPI and the guide's table of errors are generated from this. */
export const problemCodes = Object.fromEntries(
  Object.entries(known).map(([code, [status, detail, advice]]) => [code, { status, detail, advice }]),
) as Record<ProblemCode, Known>
