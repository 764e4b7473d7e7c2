import { describe, expect, it } from 'vitest'
import { startTestGateway } from './start-test-gateway.ts'

describe('GET /auth/verify', () => {
  it('answers 401 like /auth/me, and repeats the body in a header', async () => {
    const gateway = await startTestGateway()
    for (const [client, code] of [
      [gateway, 'token_missing'],
      [gateway.as('x'), 'invalid_token'],
    ] as const) {
      const [answer, me] = [await client.verify({ query: { role: 'admin' } }), await client.readMe()]
      expect([answer, me]).toMatchObject([1, 2].map(() => ({ status: 401, body: { code } })))
      expect(answer.headers.get('www-authenticate')).toBe(me.headers.get('www-authenticate'))
      expect(JSON.parse(answer.headers.get('x-auth-problem') ?? '')).toEqual(answer.body)
    }
  })

  it('answers 503 while nobody can tell, and repeats the body in a header', async () => {
    const gateway = await startTestGateway()
    const { token } = await gateway.signIn()
    gateway.identity.behave('fails')
    const answer = await gateway.as(token).verify()
    expect(answer).toMatchObject({ status: 503, body: { code: 'cannot_verify' } })
    expect(answer.headers.get('retry-after')).toBe('1')
    expect(JSON.parse(answer.headers.get('x-auth-problem') ?? '')).toEqual(answer.body)
  })

  it('refuses a query that is anything but one role, whoever asks', async () => {
    const gateway = await startTestGateway()
    const { token } = await gateway.signIn({ roles: ['admin', 'ops'] })
    const queries = [
      'role=',
      'role',
      'role=Admin',
      'role=admin,ops',
      'role=admin%20',
      'role=admin&role=ops',
      'role[]=admin',
      'role[x]=admin',
      'rol=admin',
      'ROLE=admin',
      'role=admin&%C3%A9=x',
      `role=${'a'.repeat(65)}`,
    ]
    for (const query of queries) {
      const answer = await gateway.as(token).send('GET', `/auth/verify?${query}`)
      expect(answer, query).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
      expect(JSON.parse(answer.headers.get('x-auth-problem') ?? ''), query).toEqual(answer.body)
    }
  })

  it('refuses who lacks the role as RFC 6750 has it, and names nobody', async () => {
    const gateway = await startTestGateway()
    const { token } = await gateway.signIn({ roles: ['administrator', 'ops'] })
    await gateway.untilFresh()
    // Known from now on, and answered in front of the routes.
    expect(await gateway.as(token).verify()).toMatchObject({ status: 204 })
    const answer = await gateway.as(token).verify({ query: { role: 'admin' } })
    expect(answer).toMatchObject({ status: 403, body: { code: 'insufficient_scope' } })
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="gatehouse", error="insufficient_scope"')
    expect(JSON.parse(answer.headers.get('x-auth-problem') ?? '')).toEqual(answer.body)
    expect(answer.headers.get('x-auth-user-id')).toBeNull()
  })

  it('names the user in headers, with the role that is asked for or without any', async () => {
    const gateway = await startTestGateway()
    const { token, user } = await gateway.signIn({ username: 'zoë', roles: ['admin', 'ops'] })
    for (const query of ['', '?role=admin', '?role=ops']) {
      const { status, headers } = await gateway.as(token).send('GET', `/auth/verify${query}`)
      expect(status).toBe(204)
      expect(headers.get('x-auth-user-id')).toBe(user.id)
      expect(headers.get('x-auth-username')).toBe('zo%C3%AB')
      expect(headers.get('x-auth-roles')).toBe('admin,ops')
      expect(headers.get('x-auth-problem')).toBeNull()
    }
  })
})
