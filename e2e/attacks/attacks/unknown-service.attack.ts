import { createClient } from '@gatehouse/testkit'
import { gatehouse } from '../../support/client.ts'
import { addressOf, containers } from '../../support/stack.ts'
import { createUser, signInAdmin, tokenOf } from '../../support/users.ts'
import type { Attack } from '../attack.ts'
import { nameOf, tally } from '../tally.ts'

const requireService = 'services/identity/src/http/require-service.ts'

/** Names that no service has, among them those that every object of JavaScript knows; each with whatever might match. */
const names = ['nobody', '', '__proto__', 'constructor', 'toString', 'Gateway', 'gateway ', 'gateway\0', 'nobody\n']
const secretsFor = (name: string) => ['no service has this secret', '', name, 'undefined', 'null']
const credentials = [...names, 'gateway'].flatMap((name) =>
  secretsFor(name).map((secret) => `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`),
)

const callsOf = (token: string, identity: string) => [
  (headers: Record<string, string>) => gatehouse().readEvents({ query: { limit: 1 }, headers }),
  (headers: Record<string, string>) => gatehouse().readSnapshot({ headers }),
  (headers: Record<string, string>) => gatehouse().introspectToken({ body: { token }, headers }),
  (headers: Record<string, string>) => gatehouse().revokeToken({ body: { token }, headers }),
  (headers: Record<string, string>) =>
    createClient(`http://${identity}:3001`).lookUpSessions({ body: { ids: [] }, headers }),
]

export const unknownService: Attack = {
  finding: 'C1',
  title: 'an unknown service name with the secret that was in the source is accepted as a service',
  plants: [
    {
      file: requireService,
      replace: [
        ['const randomDigest = randomBytes(32)', "const randomDigest = sha256('no service has this secret')"],
        [
          'if (presented === null || known === undefined || !matches) throw invalidClient()',
          'if (presented === null || !matches) throw invalidClient()',
        ],
        ['if (!known.scopes.has(scope))', 'if (known && !known.scopes.has(scope))'],
      ],
    },
  ],
  run: async () => {
    const token = await tokenOf(await createUser(await signInAdmin(), 'bystander'))
    const [identity] = await containers('identity')
    if (!identity) throw new Error('there is no identity')
    let letInto = 0
    const refusals: string[] = []
    for (const call of callsOf(token, addressOf(identity))) {
      const answers = await Promise.all(credentials.map((authorization) => call({ authorization })))
      const refused = answers.filter((it) => it.status >= 400)
      refusals.push(...refused.map(nameOf))
      if (refused.length < answers.length) letInto += 1
    }
    return { succeeded: letInto > 0, figures: `let into ${letInto} of 5 routes; refusals: ${tally(refusals)}` }
  },
}
