import type { Call } from '../harness/http-client.ts'

const json = { 'content-type': 'application/json' }

/** Whatever ends all sessions of a user, as an admin does it. */
export const waysToEnd: { name: string; call: (userId: string) => Call; status: number }[] = [
  { name: 'deactivate', call: (id) => ({ method: 'POST', path: `/users/${id}/deactivate` }), status: 200 },
  {
    name: 'set password',
    call: (id) => ({
      method: 'POST',
      path: `/users/${id}/password`,
      headers: json,
      body: JSON.stringify({ new_password: 'another password, quite a long one' }),
    }),
    status: 204,
  },
  { name: 'end sessions', call: (id) => ({ method: 'DELETE', path: `/users/${id}/sessions` }), status: 204 },
  { name: 'delete', call: (id) => ({ method: 'DELETE', path: `/users/${id}` }), status: 204 },
]
export type WayToEnd = (typeof waysToEnd)[number]
