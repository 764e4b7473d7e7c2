import { describe, expect, it } from 'vitest'
import { startTestIdentity } from './start-test-identity.ts'

describe('POST /users/{id}/deactivate', () => {
  it('refuses a stranger, a user without the role, an unknown id and what is no id', async () => {
    const identity = await startTestIdentity()
    const ada = await identity.signUp({ username: 'ada' })
    const admin = await identity.signUp({ username: 'root', roles: ['admin'] })
    const path = `/users/${ada.user.id}/deactivate`
    expect(await identity.post(path)).toMatchObject({ status: 401 })
    expect(await identity.post(path, undefined, ada.token)).toMatchObject({
      status: 403,
      body: { code: 'insufficient_scope' },
    })
    const unknown = `/users/${crypto.randomUUID()}/deactivate`
    expect(await identity.post(unknown, undefined, admin.token)).toMatchObject({
      status: 404,
      body: { code: 'user_not_found' },
    })
    expect(await identity.post('/users/42/deactivate', undefined, admin.token)).toMatchObject({
      status: 400,
      body: { code: 'invalid_request' },
    })
  })

  it('ends the sessions of the user for good and raises the version once', async () => {
    const identity = await startTestIdentity()
    const ada = await identity.signUp({ username: 'ada' })
    const admin = await identity.signUp({ username: 'root', roles: ['admin'] })
    const call = (verb: string) => identity.post(`/users/${ada.user.id}/${verb}`, undefined, admin.token)
    expect(await call('deactivate')).toMatchObject({ status: 200, body: { is_active: false, version: 2 } })
    expect(await call('deactivate')).toMatchObject({ status: 200, body: { is_active: false, version: 2 } })
    expect(await call('activate')).toMatchObject({ status: 200, body: { is_active: true, version: 3 } })
    expect(await identity.post('/auth/logout', undefined, ada.token)).toMatchObject({
      status: 401,
      body: { code: 'session_ended' },
    })
    const types = (await identity.events()).filter((it) => it.subject === ada.user.id).map((it) => it.type)
    expect(types).toEqual([
      'user.created.v1',
      'session.started.v1',
      'user.deactivated.v1',
      'session.revoked.v1',
      'user.activated.v1',
    ])
  })

  it('lets no session start behind a deactivation', async () => {
    const identity = await startTestIdentity()
    const admin = await identity.signUp({ username: 'root', roles: ['admin'] })
    const ada = await identity.createUser({ username: 'ada', password: 'correct horse' })
    const [, ...logins] = await Promise.all([
      identity.post(`/users/${ada.id}/deactivate`, undefined, admin.token),
      ...Array.from({ length: 4 }, () => identity.logIn('ada', 'correct horse')),
    ])
    const tokens = logins.filter((it) => it.status === 200).map((it) => String(it.body.access_token))
    for (const token of tokens) {
      expect(await identity.post('/auth/logout', undefined, token)).toMatchObject({ status: 401 })
    }
    expect(await identity.logIn('ada', 'correct horse')).toMatchObject({ status: 401 })
  })
})
