import type { IncomingMessage } from 'node:http'

/** `none`: no bearer token. `malformed`: more than one credential, or an invalid one (RFC 6750 §3.1). */
export type Bearer = { kind: 'token'; token: string } | { kind: 'none' } | { kind: 'malformed' }

// The scheme is case-insensitive (RFC 9110 §11.1).
const scheme = /^bearer(?: +|\b)/i
const schemeLength = 6
const wellFormed = /^[A-Za-z0-9._~+/-]+=*$/
const space = 32

const isAuthorization = (name = '') => name.length === 13 && name.toLowerCase() === 'authorization'

type Request = Pick<IncomingMessage, 'rawHeaders'>

/** Whether a text has the form of a bearer token (RFC 6750 §2.1). */
export const isBearerToken = (text: string) => wellFormed.test(text)

/**
 * The bearer token of a request: undefined without one, null for more than one credential or an empty one. The characters of the
 * token are not checked, which would cost 4 % of a response; verifying it does.
 */
export const findBearer = ({ rawHeaders }: Request): string | null | undefined => {
  let value: string | undefined
  // Node builds the other lists of headers from this one for each request, and `headers` hides a second credential.
  for (let at = 0; at < rawHeaders.length; at += 2) {
    if (!isAuthorization(rawHeaders[at])) continue
    if (value !== undefined) return null
    value = rawHeaders[at + 1]
  }
  if (value === undefined) return undefined
  const start = scheme.exec(value)?.[0].length
  if (start === undefined) return undefined
  let end = value.length
  while (value.charCodeAt(end - 1) === space) end -= 1
  return start > schemeLength && start < end ? value.slice(start, end) : null
}

/** Reads the bearer token from the Authorization header, the only place where it is accepted. */
export const readBearer = (req: Request): Bearer => {
  const token = findBearer(req)
  if (token === undefined) return { kind: 'none' }
  return token !== null && isBearerToken(token) ? { kind: 'token', token } : { kind: 'malformed' }
}

/** `WWW-Authenticate` of a refusal; a request without a token gets no `error` (RFC 6750 §3.1). */
export const challenge = (error?: 'invalid_request' | 'invalid_token' | 'insufficient_scope') =>
  error === undefined ? 'Bearer realm="gatehouse"' : `Bearer realm="gatehouse", error="${error}"`
