import { sendPath } from '../../support/raw-http.ts'
import { addressOf, containers, site } from '../../support/stack.ts'
import { createUser, signInAdmin, tokenOf } from '../../support/users.ts'
import type { Attack } from '../attack.ts'

const ups = ['..%2f', '%2e%2e%2f', '%2e%2e/', '../', './..%2f', '..;/', '..%5c', '..%252f']
const publicPaths = [
  'api/health',
  'api/.well-known/jwks.json',
  'examples%2fext-authz%2fx',
  'x',
  '.problem',
  '.verify',
  '@passed',
]

/** Where Envoy asks, below the path of its client; `role` is what the client's user lacks. */
const questions = async () => {
  const [nginx] = await containers('nginx')
  if (!nginx) throw new Error('there is no Nginx')
  const inside = `http://${addressOf(nginx)}`
  return [
    { to: site(), below: '/examples/ext-authz' },
    { to: `${inside}:8081`, below: '' },
    { to: `${inside}:8082`, below: '', role: 'admin' },
  ]
}

export const dressedPath: Attack = {
  finding: 'H5',
  title: 'a client of Envoy disguises its path so that Nginx skips the guard and answers 200, which grants access',
  plants: [
    {
      file: 'infra/nginx/nginx.conf',
      replace: [
        [
          '    location = /examples/guarded {',
          '    location ^~ /examples/ext-authz/ { set $guard_role "*"; include gatehouse/guard.conf; try_files /none @passed; }\n    location @passed { return 200; }\n    location = /examples/guarded {',
        ],
      ],
    },
  ],
  run: async () => {
    const user = await tokenOf(await createUser(await signInAdmin(), 'plain'))
    const asBearer = [`Authorization: Bearer ${user}`]
    const yes: string[] = []
    let guards = 0
    let asked = 0
    for (const { to, below, role } of await questions()) {
      const headers = role === undefined ? [] : asBearer
      const ask = async (path: string) => (await sendPath(path, { to, headers })).status
      const plainly = await ask(`${below}/admin/delete-all`).catch(() => null)
      // Not a place where this stack is asked.
      if (plainly === null || plainly === 404) continue
      if (plainly !== 401 && plainly !== 403) throw new Error(`${to}${below} answers ${plainly} to a plain path`)
      guards += 1
      for (const up of ups) {
        for (let levels = 1; levels <= 4; levels += 1) {
          for (const target of publicPaths) {
            const path = `${below}/admin/${up.repeat(levels)}${target}`
            asked += 1
            if ((await ask(path)) === 200) yes.push(path)
          }
        }
      }
    }
    if (guards === 0) throw new Error('nothing answers to Envoy')
    const example = yes[0] === undefined ? '' : `, such as ${yes[0]}`
    return { succeeded: yes.length > 0, figures: `${yes.length} of ${asked} paths were a yes${example}` }
  },
}
