import { type Answer, createClient } from '@gatehouse/testkit'
import { beforeAll, describe, expect, it } from 'vitest'
import { as, gatehouse } from '../support/client.ts'
import { site } from '../support/stack.ts'
import { untilHealthy } from '../support/until-healthy.ts'
import { signInAdmin } from '../support/users.ts'

let token: string
beforeAll(async () => {
  await untilHealthy()
  token = await signInAdmin()
})

const policyOf = (headers: Headers) => (headers.get('content-security-policy') ?? '').split(';').map((it) => it.trim())

// By a service, by Nginx itself, by the guard, with and without a body, good and bad.
const answers: [string, () => Promise<Answer>][] = [
  ['a user', () => as(token).readMe()],
  ['a refused token', () => gatehouse().readMe()],
  ['a refused sign-in', () => gatehouse().logIn({ body: { username: 'nobody', password: 'wrong' } })],
  ['the list of users', () => as(token).listUsers()],
  ['the key set', () => gatehouse().readJwks()],
  ['a schema', () => gatehouse().send('GET', '/schemas/user.created.v1.json')],
  ['an unknown path', () => createClient(site()).send('GET', '/nowhere')],
  ['a method that there is not', () => gatehouse().send('DELETE', '/auth/me')],
  ['a redirect', () => createClient(site()).send('GET', '/')],
  ['a line feed in an unknown path', () => createClient(site()).send('GET', '/now%0Ahere')],
  ['what the guard refuses', () => createClient(site()).send('GET', '/examples/guarded')],
]

describe('the answer', () => {
  it.each(answers)('%s may be rendered as nothing, framed by nobody, and tells no address', async (_, ask) => {
    const { headers } = await ask()
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(policyOf(headers)).toEqual([
      "default-src 'none'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ])
  })

  it.each(['/docs', '/docs/events'])('%s is a page with a policy of its own', async (path) => {
    const { headers } = await gatehouse().send('GET', path)
    expect(policyOf(headers)).toEqual(
      expect.arrayContaining(["base-uri 'none'", "object-src 'none'", "frame-ancestors 'none'"]),
    )
    expect(headers.get('x-content-type-options')).toBe('nosniff')
  })

  it('of a guarded upstream has the policy that the upstream gives it, here none', async () => {
    const { status, headers } = await createClient(site()).as(token).send('GET', '/examples/guarded')
    expect([status, headers.get('content-security-policy')]).toEqual([200, null])
  })
})
