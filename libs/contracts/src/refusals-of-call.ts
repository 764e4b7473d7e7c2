import type { Body, By, Call } from './call.ts'
import type { ProblemCode } from './problem-codes.ts'

/** Codes that any request may get: from Nginx, from Node before routing, or because of a bug. */
export const commonCodes: readonly ProblemCode[] = [
  'malformed_request',
  'not_found',
  'method_not_allowed',
  'request_timeout',
  'uri_too_long',
  'too_many_requests',
  'headers_too_large',
  'internal_error',
  'not_implemented',
  'upstream_unavailable',
  'http_version_not_supported',
]

const ofCaller = (by: By): ProblemCode[] => {
  if (by === 'anyone') return []
  if (typeof by === 'object') return ['invalid_client', 'insufficient_scope']
  const ofUser: ProblemCode[] = ['invalid_request', 'token_missing', 'invalid_token', 'session_ended']
  return by === 'admin' ? [...ofUser, 'insufficient_scope'] : ofUser
}

const ofBody = ({ types }: Body): ProblemCode[] => [
  'invalid_request',
  'body_too_large',
  'unsupported_media_type',
  // JSON lines are streamed and parsed one row at a time.
  ...(types.includes('application/x-ndjson') ? [] : (['malformed_request', 'unsupported_encoding'] as const)),
  ...(types.includes('application/json') ? (['invalid_json'] as const) : []),
  ...(types.includes('application/x-www-form-urlencoded') ? (['invalid_form', 'repeated_field'] as const) : []),
]

type Declared = Omit<Call, 'method' | 'path' | 'servedBy' | 'refuses'> & {
  servedBy?: string
  refuses?: readonly ProblemCode[]
}

/** The codes that follow from the members of a declaration, and those that it lists itself. */
export const refusalsOf = ({ by, params, query, headers, body, ifMatch, oauth, refuses = [], ...it }: Declared) => {
  const outage: ProblemCode = it.servedBy === 'gateway' ? 'cannot_verify' : 'database_unavailable'
  return [
    ...new Set<ProblemCode>([
      ...ofCaller(by),
      ...(params ? (['malformed_request'] as const) : []),
      ...(params || query || headers ? (['invalid_request'] as const) : []),
      ...(body ? ofBody(body) : []),
      ...(ifMatch ? (['if_match_required', 'version_conflict'] as const) : []),
      ...(oauth?.grant === undefined ? [] : (['unsupported_grant_type'] as const)),
      ...refuses,
      ...(it.fromMemory ? [] : [outage]),
    ]),
  ]
}
