import { z } from 'zod'

/** Body of `POST /auth/refresh`, as form or JSON (RFC 6749 §6). */
export const refreshForm = z.object({
  refresh_token: z.string().min(1).max(256),
  grant_type: z.literal(['refresh_token', '']).optional(),
  scope: z.string().max(1000).optional(),
  client_id: z.string().max(128).optional(),
})

/** One session of `GET /auth/sessions`. */
export const sessionListing = z.object({
  id: z.uuid(),
  current: z.boolean().meta({ description: 'whether this is the session of the access token in the request' }),
  device: z.string().nullable().meta({ description: 'User-Agent at sign-in' }),
  address: z.string().nullable().meta({ description: 'address at sign-in or last refresh' }),
  client_id: z.string(),
  created_at: z.iso.datetime(),
  last_seen_at: z.iso.datetime().meta({ description: 'sign-in or last refresh' }),
  expires_at: z.iso.datetime(),
})
/** Query of `GET /auth/sessions`. Not strict, because 0.1.0 ignored any query. */
export const sessionQuery = z.object({
  after: z
    .string()
    .regex(/^\d{1,16}\.[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, 'must be the `next` of a page')
    .optional()
    .meta({ description: '`next` of the previous page' }),
  limit: z.coerce.number().int().min(1).max(100).default(100),
})
export type SessionQuery = z.infer<typeof sessionQuery>

export const sessionList = z.object({
  sessions: z.array(sessionListing),
  next: z.string().nullable().meta({ description: 'pass as `after` to get the next page' }),
})
export type SessionList = z.infer<typeof sessionList>

/** Body of revocation (RFC 7009 §2.1) and introspection (RFC 7662 §2.1). */
export const tokenForm = z.object({
  token: z.string().min(1).max(8192),
  token_type_hint: z.string().max(64).optional(),
})

/** Introspection response (RFC 7662 §2.2). */
export const introspection = z.union([
  z.object({ active: z.literal(false) }),
  z.object({
    active: z.literal(true),
    token_type: z.enum(['access_token', 'refresh_token']),
    iss: z.string(),
    sub: z.uuid(),
    sid: z.uuid(),
    client_id: z.string(),
    username: z.string(),
    exp: z.int(),
    iat: z.int().optional(),
    aud: z.string().optional(),
    jti: z.string().optional(),
    roles: z.array(z.string()),
  }),
])
export type Introspection = z.infer<typeof introspection>
