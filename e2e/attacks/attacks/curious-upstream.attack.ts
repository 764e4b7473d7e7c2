import { signInAdmin } from '../../support/users.ts'
import { askUpstream } from '../ask-upstream.ts'
import type { Attack } from '../attack.ts'

export const curiousUpstream: Attack = {
  finding: 'M5',
  title: 'a guarded upstream gets the token of an admin who visits it, and acts as that admin',
  plants: [
    {
      file: 'infra/nginx/gatehouse/guard-http.conf',
      replace: [
        [
          'map $host $guard_authorization {\n  default "";',
          'map $host $guard_authorization {\n  default $http_authorization;',
        ],
      ],
    },
  ],
  run: async () => {
    const token = await signInAdmin()
    const sent = await askUpstream([`Authorization: Bearer ${token}`])
    const holders = sent.filter(([, value]) => value.includes(token)).map(([name]) => name)
    return {
      succeeded: holders.length > 0,
      figures: `of ${sent.length} headers at the upstream, ${holders.join(', ') || 'none'} held the token`,
    }
  },
}
