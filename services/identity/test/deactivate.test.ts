import { describe, expect, it } from 'vitest'
import { startTestIdentity } from './start-test-identity.ts'

describe('POST /users/{id}/deactivate', () => {
  it('refuses a stranger, a user without the role, an unknown id and what is no id', async () => {
    const identity = await startTestIdentity()
    const ada = await identity.signUp({ username: 'ada' })
    const admin = await identity.signUp({ username: 'root', roles: ['admin'] })
    expect(await identity.deactivateUser({ id: ada.user.id })).toMatchObject({
      status: 401,
      body: { code: 'token_missing' },
    })
    expect(await identity.as(ada.token).deactivateUser({ id: ada.user.id })).toMatchObject({
      status: 403,
      body: { code: 'insufficient_scope' },
    })
    expect(await identity.as(admin.token).deactivateUser({ id: crypto.randomUUID() })).toMatchObject({
      status: 404,
      body: { code: 'user_not_found' },
    })
    expect(await identity.as(admin.token).send('POST', '/users/42/deactivate')).toMatchObject({
      status: 400,
      body: { code: 'invalid_request' },
    })
  })

  it('ends the sessions of the user for good and raises the version once', async () => {
    const identity = await startTestIdentity()
    const ada = await identity.signUp({ username: 'ada' })
    const admin = await identity.signUp({ username: 'root', roles: ['admin'] })
    const { id } = ada.user
    const asAdmin = identity.as(admin.token)
    expect(await asAdmin.deactivateUser({ id })).toMatchObject({ status: 200, body: { is_active: false, version: 2 } })
    expect(await asAdmin.deactivateUser({ id })).toMatchObject({ status: 200, body: { is_active: false, version: 2 } })
    expect(await asAdmin.activateUser({ id })).toMatchObject({ status: 200, body: { is_active: true, version: 3 } })
    expect(await identity.as(ada.token).logOut()).toMatchObject({
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
    const ada = await identity.addUser({ username: 'ada', password: 'correct horse' })
    const [, ...logins] = await Promise.all([
      identity.as(admin.token).deactivateUser({ id: ada.id }),
      ...Array.from({ length: 4 }, () => identity.signIn('ada', 'correct horse')),
    ])
    const tokens = logins.filter((it) => it.status === 200).map((it) => it.body.access_token)
    for (const token of tokens) {
      expect(await identity.as(token).logOut()).toMatchObject({ status: 401 })
    }
    expect(await identity.signIn('ada', 'correct horse')).toMatchObject({ status: 401 })
  })
})
