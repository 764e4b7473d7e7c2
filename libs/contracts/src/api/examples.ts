import type { GatehouseEvent } from '../events.ts'
import type { TokenResponse } from '../login.ts'
import type { SessionList } from '../sessions.ts'
import type { PublicUser, UserState } from '../user.ts'

const issuer = 'https://example.org/api'
export const userId = '01997b6e-5b5c-7c3e-9a58-3f2f9d0b8c11'
export const sessionId = '01997b70-0d2a-7f61-8b1c-6f0e2f6a7d25'
export const accessToken = 'eyJhbGciOiJSUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6IjFhMmIifQ.eyJzdWIiOiIwMTk5In0.c2ln'
export const refreshToken = 'AZl7cA0qf2GLHG8OL2p9JQAAAAEt7b8mYw0S1m8l5sYk3Q'

export const ada: PublicUser = {
  id: userId,
  username: 'ada',
  full_name: 'Ada Lovelace',
  is_active: true,
  roles: ['admin'],
}
export const adasState: UserState = {
  ...ada,
  version: 3,
  created_at: '2026-01-05T08:00:00.000Z',
  updated_at: '2026-02-11T16:42:07.318Z',
}
export const tokens: TokenResponse = {
  access_token: accessToken,
  token_type: 'bearer',
  expires_in: 28_800,
  refresh_token: refreshToken,
}
export const session: SessionList['sessions'][number] = {
  id: sessionId,
  current: true,
  device: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  address: '203.0.113.7',
  client_id: 'gatehouse',
  created_at: '2026-02-11T16:42:07.318Z',
  last_seen_at: '2026-02-11T17:12:40.002Z',
  expires_at: '2026-02-12T17:12:40.002Z',
}
export const userUpdated: GatehouseEvent = {
  specversion: '1.0',
  id: '01997b71-2c4e-7a0f-b6d3-91f5f0f6c0aa',
  source: issuer,
  type: 'user.updated.v1',
  subject: userId,
  time: '2026-02-11T16:42:07.318Z',
  datacontenttype: 'application/json',
  dataschema: `${issuer}/schemas/user.updated.v1.json`,
  sequence: 3,
  data: { user: adasState },
}
export const metadata = {
  issuer,
  token_endpoint: `${issuer}/auth/login`,
  jwks_uri: `${issuer}/.well-known/jwks.json`,
  scopes_supported: [],
  response_types_supported: [],
  grant_types_supported: ['password', 'refresh_token'],
  token_endpoint_auth_methods_supported: ['none'],
  revocation_endpoint: `${issuer}/oauth/revoke`,
  revocation_endpoint_auth_methods_supported: ['client_secret_basic'],
  introspection_endpoint: `${issuer}/oauth/introspect`,
  introspection_endpoint_auth_methods_supported: ['client_secret_basic'],
}
