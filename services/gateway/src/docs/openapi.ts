import { createDocument } from 'zod-openapi'
import { adminPaths } from './admin-paths.ts'
import { authPaths } from './auth-paths.ts'
import { historyPaths } from './history-paths.ts'

/** The HTTP interface of both services as clients see it through Nginx, made from the schemas that parse it. */
export const openApi = () =>
  createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Gatehouse',
      version: '0.1.0',
      description:
        'Sign-in core. Every error is `application/problem+json` with a stable `code`. A network that asks too much at once is answered 429 `too_many_requests` at any path.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/api' }],
    paths: { ...authPaths, ...adminPaths, ...historyPaths },
    components: {
      securitySchemes: {
        password: { type: 'oauth2', flows: { password: { tokenUrl: '/api/auth/login', scopes: {} } } },
        service: { type: 'http', scheme: 'basic' },
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
      },
    },
  })
