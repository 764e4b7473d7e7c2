import type { RequestHandler } from 'express'
import type { Authenticate } from './authenticate.ts'

/** For `auth_request` of Nginx. The username is percent-encoded UTF-8, as a header field holds ASCII alone. */
export const verifyRoute =
  (authenticate: Authenticate): RequestHandler =>
  async (req, res) => {
    const { id, username, roles } = (await authenticate(req)).state
    res
      .status(204)
      .set({
        'Cache-Control': 'no-store',
        'X-Auth-User-Id': id,
        'X-Auth-Username': encodeURIComponent(username),
        'X-Auth-Roles': roles.join(','),
      })
      .end()
  }
