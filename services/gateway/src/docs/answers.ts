import { problem } from '@gatehouse/contracts'
import type { z } from 'zod'

export const json = (schema: z.ZodType, description: string) => ({
  description,
  content: { 'application/json': { schema } },
})

const refusals = {
  400: 'the request is not well-formed; `detail` names the fields',
  401: 'no token, or none that counts; `WWW-Authenticate` tells which (RFC 6750 §3)',
  403: 'the role is missing, or what `code` tells',
  404: 'there is no such thing',
  409: 'it would break a rule; `code` tells which',
  410: 'what was asked for has been purged; `detail` tells where to begin instead',
  412: 'the user has changed since',
  413: 'the body is larger than 16 KiB',
  415: 'the body is of another media type',
  428: '`If-Match` is missing',
  429: 'too many failed attempts; come back after `Retry-After` seconds',
  503: 'cannot be answered now; come back after `Retry-After` seconds',
}
export const refused = (...statuses: (keyof typeof refusals)[]) =>
  Object.fromEntries(
    statuses.map((status) => [
      String(status),
      { description: refusals[status], content: { 'application/problem+json': { schema: problem } } },
    ]),
  )

export const bearer: Record<string, string[]>[] = [{ password: [] }, { bearer: [] }]
