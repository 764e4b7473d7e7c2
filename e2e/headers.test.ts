import { beforeAll, describe, expect, it } from 'vitest'
import { untilCalm } from './calm.ts'
import { post, send } from './http.ts'
import { admin, logIn } from './people.ts'
import { api, site } from './stack.ts'

let token: string
beforeAll(async () => {
  await untilCalm()
  token = await logIn(admin)
})

const policyOf = (headers: Headers) => (headers.get('content-security-policy') ?? '').split(';').map((it) => it.trim())

// By a service, by Nginx itself, by the guard, with and without a body, good and bad.
const answers: [string, () => ReturnType<typeof send>][] = [
  ['a user', () => send('GET', `${api()}/auth/me`, { token })],
  ['a refused token', () => send('GET', `${api()}/auth/me`)],
  ['a refused sign-in', () => post('/auth/login', { form: { username: 'nobody', password: 'wrong' } })],
  ['the list of users', () => send('GET', `${api()}/users`, { token })],
  ['the key set', () => send('GET', `${api()}/.well-known/jwks.json`)],
  ['a schema', () => send('GET', `${api()}/schemas/user.created.v1.json`)],
  ['an unknown path', () => send('GET', `${site()}/nowhere`)],
  ['a method that there is not', () => send('DELETE', `${api()}/auth/me`)],
  ['a redirect', () => send('GET', `${site()}/`)],
  ['a line feed in an unknown path', () => send('GET', `${site()}/now%0Ahere`)],
  ['what the guard refuses', () => send('GET', `${site()}/examples/guarded`)],
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
    const { headers } = await send('GET', api() + path)
    expect(policyOf(headers)).toEqual(
      expect.arrayContaining(["base-uri 'none'", "object-src 'none'", "frame-ancestors 'none'"]),
    )
    expect(headers.get('x-content-type-options')).toBe('nosniff')
  })

  it('of a guarded upstream has the policy that the upstream gives it, here none', async () => {
    const { status, headers } = await send('GET', `${site()}/examples/guarded`, { token })
    expect([status, headers.get('content-security-policy')]).toEqual([200, null])
  })
})
