import type { UserPatch } from '@gatehouse/contracts'
import { granted } from '@gatehouse/testkit'
import { describe, expect, it } from 'vitest'
import { startTestIdentity } from './start-test-identity.ts'

const start = async () => {
  const identity = await startTestIdentity()
  const admin = await identity.signUp({ username: 'root', roles: ['admin'] })
  return { identity, admin, asAdmin: identity.as(admin.token) }
}

describe('user administration', () => {
  it('is for admins', async () => {
    const { identity } = await start()
    const ada = await identity.signUp({ username: 'ada' })
    const paths = [
      ['GET', '/users'],
      ['POST', '/users'],
      ['POST', '/users/import'],
      ['GET', `/users/${ada.user.id}`],
      ['PATCH', `/users/${ada.user.id}`],
      ['DELETE', `/users/${ada.user.id}`],
      ['POST', `/users/${ada.user.id}/activate`],
      ['POST', `/users/${ada.user.id}/deactivate`],
      ['POST', `/users/${ada.user.id}/password`],
      ['DELETE', `/users/${ada.user.id}/sessions`],
      ['GET', '/audit'],
    ] as const
    for (const [method, path] of paths) {
      const answer = await identity.as(ada.token).send(method, path, { json: method === 'GET' ? undefined : {} })
      expect(answer, `${method} ${path}`).toMatchObject({ status: 403, body: { code: 'insufficient_scope' } })
      expect(await identity.as('x').send(method, path), `${method} ${path}`).toMatchObject({ status: 401 })
      const stranger = await identity.send(method, path)
      expect(stranger, `${method} ${path}`).toMatchObject({ status: 401, body: { code: 'token_missing' } })
    }
  })

  it.each([
    ['a short password', { username: 'ada', password: 'short' }, 'invalid_request'],
    ['a common password', { username: 'ada', password: 'Password1' }, 'password_too_common'],
    ['a password made of the username', { username: 'lovelace', password: 'Lovelace2024' }, 'password_too_guessable'],
    ['a password made of the product', { username: 'ada', password: 'gatehouse1' }, 'password_too_guessable'],
    ['a name that nobody sees', { username: '\ufeff', password: 'correct horse' }, 'invalid_request'],
    ['a name that turns the line around', { username: 'ada\u202e', password: 'correct horse' }, 'invalid_request'],
    ['a name of two scripts', { username: '\u0430dmin', password: 'correct horse' }, 'invalid_request'],
    ['the username as password', { username: 'Ada-Lovelace', password: 'ada-lovelace' }, 'password_like_username'],
    [
      'half a character in the name',
      { username: 'ada', password: 'correct horse', full_name: '\ud800' },
      'invalid_request',
    ],
    ['a username that grows', { username: '\ufdfa'.repeat(100), password: 'correct horse' }, 'invalid_request'],
    ['a space in the username', { username: 'ada l', password: 'correct horse' }, 'invalid_request'],
    ['a role that is none', { username: 'ada', password: 'correct horse', roles: ['a,b'] }, 'invalid_request'],
    ['an unknown member', { username: 'ada', password: 'correct horse', is_admin: true }, 'invalid_request'],
  ])('refuses to create a user with %s', async (_what, body, code) => {
    const { asAdmin } = await start()
    expect(await asAdmin.createUser({ body })).toMatchObject({ status: 400, body: { code } })
  })

  it('creates, reads, changes on the version seen, and deletes', async () => {
    const { identity, asAdmin } = await start()
    const created = await asAdmin.createUser({
      body: { username: 'Ada', password: 'correct horse', full_name: 'Ada L' },
    })
    expect(created).toMatchObject({ status: 201, body: { username: 'ada', version: 1, is_active: true, roles: [] } })
    expect(JSON.stringify(created.body)).not.toContain('argon2')
    expect(await asAdmin.createUser({ body: { username: 'ADA', password: 'correct horse' } })).toMatchObject({
      status: 409,
      body: { code: 'username_taken' },
    })
    const { id } = created.body
    const etag = (await asAdmin.readUser({ id })).headers.get('etag') ?? ''
    expect(etag).toBe('"1"')
    const change = (version?: string, body: UserPatch = { roles: ['ops'], full_name: null }) =>
      asAdmin.changeUser({ id, body, ...(version && { headers: { 'if-match': version } }) })
    expect(await change()).toMatchObject({ status: 428, body: { code: 'if_match_required' } })
    for (const wrong of ['"9"', `W/${etag}`]) {
      expect(await change(wrong)).toMatchObject({ status: 412, body: { code: 'version_conflict' } })
    }
    expect(await change(etag, {})).toMatchObject({ status: 400 })
    const changed = await change(etag)
    expect(changed).toMatchObject({ status: 200, body: { roles: ['ops'], full_name: null, version: 2 } })
    expect(changed.headers.get('etag')).toBe('"2"')
    expect(await change(etag), 'seen before').toMatchObject({ status: 412, body: { code: 'version_conflict' } })
    expect(await asAdmin.deleteUser({ id })).toMatchObject({ status: 204 })
    expect(await asAdmin.readUser({ id: created.body.id })).toMatchObject({
      status: 404,
      body: { code: 'user_not_found' },
    })
    expect((await identity.events()).at(-1)).toMatchObject({
      type: 'user.deleted.v1',
      data: { user: { id: created.body.id, version: 3 } },
    })
  })

  it('leaves a name that exists as it is, and lets its user be changed and sign in', async () => {
    const { identity, asAdmin } = await start()
    const { id } = await identity.addUser({ username: 'old' })
    const old = 'ol\u200bd'
    await identity.query('UPDATE users SET username = $2 WHERE id = $1', [id, old])
    const any = { 'if-match': '*' }
    expect(await asAdmin.changeUser({ id, body: { roles: ['ops'] }, headers: any })).toMatchObject({
      status: 200,
      body: { username: old },
    })
    expect(await asAdmin.changeUser({ id, body: { username: old, full_name: 'Old' }, headers: any })).toMatchObject({
      status: 200,
    })
    expect(await asAdmin.changeUser({ id, body: { username: `${old}er` }, headers: any })).toMatchObject({
      status: 400,
      body: { code: 'invalid_request' },
    })
    expect((await asAdmin.listUsers()).body.users).toHaveLength(2)
    expect(await identity.signIn(old, 'correct horse')).toMatchObject({ status: 200 })
  })

  it('leaves nothing personal of a deleted user in tables and outbox', async () => {
    const { identity, asAdmin } = await start()
    const ada = await identity.signUp({ username: 'ada-planted', fullName: 'Planted Name' })
    expect(await asAdmin.deleteUser({ id: ada.user.id })).toMatchObject({ status: 204 })
    for (const table of ['users', 'sessions', 'outbox', 'audit_log', 'login_throttles']) {
      const rows = JSON.stringify(await identity.query(`SELECT * FROM ${table}`))
      expect(rows, table).not.toMatch(/ada-planted|Planted Name/)
    }
    expect(await identity.as(ada.token).logOut()).toMatchObject({ status: 401 })
  })

  it('keeps the last active admin', async () => {
    const { identity, admin, asAdmin } = await start()
    const { id } = admin.user
    const refused = { status: 409, body: { code: 'last_admin' } }
    const headers = { 'if-match': '*' }
    expect(await asAdmin.changeUser({ id, body: { roles: [] }, headers })).toMatchObject(refused)
    expect(await asAdmin.deactivateUser({ id })).toMatchObject(refused)
    expect(await asAdmin.deleteUser({ id })).toMatchObject(refused)
    const second = await identity.signUp({ username: 'second', roles: ['admin'] })
    expect(await identity.as(second.token).deleteUser({ id: second.user.id }), 'one of two').toMatchObject({
      status: 204,
    })
    const other = await identity.signUp({ username: 'other', roles: ['admin'] })
    const outcomes = await Promise.all([
      asAdmin.deactivateUser({ id: other.user.id }),
      identity.as(other.token).deactivateUser({ id }),
    ])
    expect(outcomes.map((it) => it.status).sort()).not.toEqual([200, 200])
    const [left] = await identity.query("SELECT count(*)::int AS n FROM users WHERE is_active AND 'admin' = ANY(roles)")
    expect(left.n).toBe(1)
  })

  it('pages by username, searches its beginning, filters by state', async () => {
    const { identity, asAdmin } = await start()
    for (const name of ['a_1', 'ab', 'ac', 'b', 'ä']) await identity.addUser({ username: name })
    await identity.query("UPDATE users SET is_active = false WHERE username = 'ab'")
    const page = async (query: { search?: string; state?: 'inactive'; after?: string | undefined; limit?: number }) => {
      const { users, next } = await granted(asAdmin.listUsers({ query }))
      return { names: users.map((it) => it.username), next }
    }
    const pages: string[] = []
    let after: string | undefined
    do {
      const { names, next } = await page({ limit: 2, after })
      pages.push(...names)
      after = next ?? undefined
    } while (after !== undefined)
    expect(pages).toEqual(['a_1', 'ab', 'ac', 'b', 'root', 'ä'])
    expect((await page({ search: 'A' })).names).toEqual(['a_1', 'ab', 'ac'])
    expect((await page({ search: 'a_' })).names).toEqual(['a_1'])
    expect((await page({ search: '%' })).names).toEqual([])
    expect((await page({ state: 'inactive' })).names).toEqual(['ab'])
    for (const bad of ['?limit=0', '?limit=201', '?limit=x', '?state=gone', '?page=2', '?search=%00', '?after=a%00']) {
      expect(await asAdmin.send('GET', `/users${bad}`), bad).toMatchObject({
        status: 400,
        body: { code: 'invalid_request' },
      })
    }
  })
})

describe('passwords', () => {
  it('are changed by their owner, who shows the current one; the other sessions end', async () => {
    const { identity } = await start()
    const ada = await identity.signUp({ username: 'ada' })
    const other = (await identity.signIn('ada', 'correct horse')).body.access_token
    const change = (current_password: string, new_password: string) =>
      identity.as(ada.token).changePassword({ body: { current_password, new_password } })
    expect(await change('wrong', 'battery staple')).toMatchObject({ status: 403, body: { code: 'wrong_password' } })
    expect(await change('correct horse', 'Passw0rd')).toMatchObject({
      status: 400,
      body: { code: 'password_too_common' },
    })
    expect(await change('correct horse', 'battery staple')).toMatchObject({ status: 204 })
    expect(await identity.as(other).listSessions()).toMatchObject({ status: 401 })
    expect(await identity.as(ada.token).listSessions()).toMatchObject({ status: 200 })
    expect(await identity.signIn('ada', 'correct horse')).toMatchObject({ status: 401 })
    expect(await identity.signIn('ada', 'battery staple')).toMatchObject({ status: 200 })
  })

  it('are set by an admin; all sessions end', async () => {
    const { identity, asAdmin } = await start()
    const ada = await identity.signUp({ username: 'ada' })
    expect(await asAdmin.setPassword({ id: ada.user.id, body: { new_password: 'battery staple' } })).toMatchObject({
      status: 204,
    })
    expect(await identity.as(ada.token).listSessions()).toMatchObject({ status: 401 })
    expect(await identity.signIn('ada', 'battery staple')).toMatchObject({ status: 200 })
  })

  it('are the same in every Unicode form, and count characters, not bytes', async () => {
    const { identity, asAdmin } = await start()
    expect(await asAdmin.createUser({ body: { username: 'ada', password: 'ÅlÅsÖgÄk' } })).toMatchObject({ status: 201 })
    expect(await identity.signIn('ada', 'A\u030AlA\u030AsO\u0308gA\u0308k')).toMatchObject({
      status: 200,
    })
    expect(await asAdmin.createUser({ body: { username: 'bob', password: '😀😀😀😀😀😀😀' } })).toMatchObject({
      status: 400,
    })
  })
})

describe('GET /audit', () => {
  it('tells who did what to whom, when and from where, and cannot be changed by the service', async () => {
    const { identity, admin, asAdmin } = await start()
    const ada = await identity.signUp({ username: 'ada' })
    await asAdmin.deactivateUser({ id: ada.user.id })
    const { body } = await asAdmin.send('GET', `/audit?subject=${ada.user.id}&limit=2`)
    expect(body.lines).toMatchObject([
      { action: 'session.revoked.v1', actor: admin.user.id, detail: { reason: 'user_deactivated' } },
      {
        action: 'user.deactivated.v1',
        actor: admin.user.id,
        subject: ada.user.id,
        address: expect.stringContaining('127.0.0.1'),
      },
    ])
    const older = await asAdmin.send('GET', `/audit?subject=${ada.user.id}&before=${body.next}`)
    expect(older.body.lines).toMatchObject([
      { action: 'session.started.v1', actor: ada.user.id },
      { action: 'user.created.v1' },
    ])
    for (const sql of [
      'UPDATE audit_log SET actor = $$x$$',
      'DELETE FROM audit_log',
      'TRUNCATE audit_log',
      'CREATE TABLE x ()',
    ]) {
      await expect(identity.queryAsService(sql)).rejects.toThrow(/permission denied|must be owner/)
    }
  })
})
