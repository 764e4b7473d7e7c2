import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { granted } from '@gatehouse/testkit'
import { as } from '../../support/client.ts'
import { api } from '../../support/stack.ts'
import { createUser, signIn, signInAdmin, type TestUser, trySignIn } from '../../support/users.ts'
import type { Attack } from '../attack.ts'
import { nameOf } from '../tally.ts'
import { untilOut } from '../until-out.ts'

// Of `correct horse`, made by libxcrypt.
const hashed_password = '$2b$10$abcdefghijklmnopqrstuu23JPZtHcGhwXSF41f93o/7vBdDut3Xu'
const password = 'correct horse'

/** An import whose body the client has only begun, and of which it knows that it was let in. */
const openImport = async (token: string) => {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' }
  const sent = request(`${api()}/users/import`, { method: 'POST', headers })
  // It may be cut off later, which is as good a refusal as any.
  sent.on('error', () => {})
  sent.write('a first row that is refused\n')
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  if (answer.statusCode !== 200) throw new Error(`the import was answered ${answer.statusCode}`)
  return async (row: object) => {
    sent.end(`${JSON.stringify(row)}\n`)
    answer.resume()
    await once(answer, 'close')
  }
}

const evictions: [string, (evil: TestUser, token: string, adminToken: string) => Promise<unknown>][] = [
  ['deactivated', ({ id }, _token, adminToken) => granted(as(adminToken).deactivateUser({ id }))],
  ['signed out', (_evil, token) => as(token).logOut()],
  [
    'no admin any more',
    ({ id, version }, _token, token) =>
      as(token).changeUser({ id, body: { roles: [] }, headers: { 'if-match': `"${version}"` } }),
  ],
]

export const importGoesOn: Attack = {
  finding: 'H2',
  title: 'a removed admin creates another admin through an import that is still open',
  plants: [
    {
      file: 'services/identity/src/sessions/act-as.ts',
      replace: [["if (actor === 'internal') return\n  // A separate", 'if (actor !== null) return\n  // A separate']],
    },
  ],
  run: async () => {
    const adminToken = await signInAdmin()
    const seen: string[] = []
    let planted = 0
    for (const [name, evict] of evictions) {
      const evil = await createUser(adminToken, 'evil', { roles: ['admin'] })
      const { access_token } = await signIn(evil)
      const finish = await openImport(access_token)
      await evict(evil, access_token, adminToken)
      if (name !== 'no admin any more' && (await untilOut(access_token)) === null) throw new Error(`not ${name}`)
      const username = `planted-${crypto.randomUUID().slice(0, 8)}`
      await finish({ username, hashed_password, roles: ['admin'] })
      const answer = await trySignIn({ username, password })
      if (answer.status === 200) planted += 1
      seen.push(`${name}: the planted one's sign-in ${nameOf(answer)}`)
    }
    return { succeeded: planted > 0, figures: seen.join('; ') }
  },
}
