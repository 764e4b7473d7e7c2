import { sendPath } from '../../support/raw-http.ts'
import type { Attack } from '../attack.ts'
import { tally } from '../tally.ts'

const prefixes = [
  '/',
  '/api/',
  '/api//',
  '/api/%2e/',
  '/api/auth/..%2f',
  '/api/auth/%2e%2e/',
  '/.well-known/..%2f',
  '/api/docs/..%2f',
  '//',
  '/API/',
]
const inner = ['metrics', '%6detrics', 'internal/sessions/lookup', 'Internal/sessions/lookup', 'health/ready']

export const hiddenPath: Attack = {
  finding: 'M5',
  title: 'an internal path is reached through Nginx in another spelling',
  plants: [
    {
      file: 'infra/nginx/nginx.conf',
      replace: [
        ['location / { return 404; }', 'location /api/ { proxy_pass http://identity/; } location / { return 404; }'],
      ],
    },
  ],
  run: async () => {
    const statuses: string[] = []
    for (const prefix of prefixes) {
      for (const path of inner) {
        for (const method of ['GET', 'POST']) {
          const { status, headers } = await sendPath(prefix + path, { method, headers: ['Content-Length: 0'] })
          statuses.push(headers.has('www-authenticate') ? `${status} of a service` : String(status))
        }
      }
    }
    const reached = statuses.filter((it) => !['400', '404'].includes(it))
    return { succeeded: reached.length > 0, figures: `${statuses.length} spellings: ${tally(statuses)}` }
  },
}
