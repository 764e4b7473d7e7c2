import type { IncomingMessage } from 'node:http'

/** `none`: no token came. `malformed`: more than one credential, or something that is none (RFC 6750 §3.1). */
export type Bearer = { kind: 'token'; token: string } | { kind: 'none' } | { kind: 'malformed' }

// RFC 6750 §2.1; the scheme's case does not matter (RFC 9110 §11.1).
const bearer = /^bearer +([A-Za-z0-9._~+/-]+=*) *$/i
const isAuthorization = (name = '') => name.length === 13 && name.toLowerCase() === 'authorization'

type Request = Pick<IncomingMessage, 'rawHeaders'>

/** The one Authorization header, undefined where there is none, null where there are several. */
const findCredential = ({ rawHeaders }: Request): string | null | undefined => {
  let value: string | undefined
  // The lists that Node offers are made for each request from this one, and `headers` hides a second credential.
  for (let at = 0; at < rawHeaders.length; at += 2) {
    if (!isAuthorization(rawHeaders[at])) continue
    if (value !== undefined) return null
    value = rawHeaders[at + 1]
  }
  return value
}

const space = 32

/** What stands where the token would, unchecked; null leaves it to `readBearer`, also where blanks have to be trimmed first. */
export const peekToken = (req: Request): string | null => {
  const value = findCredential(req)
  if (!value?.startsWith('Bearer ')) return null
  return value.charCodeAt(7) === space || value.charCodeAt(value.length - 1) === space ? null : value.slice(7)
}

/** Reads the one place where a credential may stand: the Authorization header, once. */
export const readBearer = (req: Request): Bearer => {
  const value = findCredential(req)
  if (value === null) return { kind: 'malformed' }
  if (value === undefined || !/^bearer\b/i.test(value)) return { kind: 'none' }
  const token = bearer.exec(value)?.[1]
  return token === undefined ? { kind: 'malformed' } : { kind: 'token', token }
}

/** `WWW-Authenticate` of a refusal; without a token no error is named (RFC 6750 §3.1). */
export const challenge = (error?: 'invalid_request' | 'invalid_token' | 'insufficient_scope') =>
  error === undefined ? 'Bearer realm="gatehouse"' : `Bearer realm="gatehouse", error="${error}"`
