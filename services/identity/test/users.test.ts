import { describe, expect, it } from 'vitest'
import { startTestIdentity } from './start-test-identity.ts'

const start = async () => {
  const identity = await startTestIdentity()
  const admin = await identity.signUp({ username: 'root', roles: ['admin'] })
  return { identity, admin, call: identity.as(admin.token) }
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
      ['POST', `/users/${ada.user.id}/password`],
      ['DELETE', `/users/${ada.user.id}/sessions`],
      ['GET', '/audit'],
    ] as const
    for (const [method, path] of paths) {
      const answer = await identity.as(ada.token)(method, path, method === 'GET' ? undefined : {})
      expect(answer, `${method} ${path}`).toMatchObject({ status: 403, body: { code: 'insufficient_scope' } })
      expect(await identity.as('x')(method, path), `${method} ${path}`).toMatchObject({ status: 401 })
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
    const { call } = await start()
    expect(await call('POST', '/users', body)).toMatchObject({ status: 400, body: { code } })
  })

  it('creates, reads, changes on the version seen, and deletes', async () => {
    const { identity, call } = await start()
    const created = await call('POST', '/users', { username: 'Ada', password: 'correct horse', full_name: 'Ada L' })
    expect(created).toMatchObject({ status: 201, body: { username: 'ada', version: 1, is_active: true, roles: [] } })
    expect(JSON.stringify(created.body)).not.toContain('argon2')
    expect(await call('POST', '/users', { username: 'ADA', password: 'correct horse' })).toMatchObject({
      status: 409,
      body: { code: 'username_taken' },
    })
    const path = `/users/${created.body.id}`
    const etag = (await call('GET', path)).headers.get('etag') ?? ''
    expect(etag).toBe('"1"')
    expect(await call('PATCH', path, { roles: ['ops'] })).toMatchObject({
      status: 428,
      body: { code: 'if_match_required' },
    })
    expect(await call('PATCH', path, { roles: ['ops'] }, { 'if-match': '"9"' })).toMatchObject({
      status: 412,
      body: { code: 'version_conflict' },
    })
    expect(await call('PATCH', path, {}, { 'if-match': etag })).toMatchObject({ status: 400 })
    const changed = await call('PATCH', path, { roles: ['ops'], full_name: null }, { 'if-match': etag })
    expect(changed).toMatchObject({ status: 200, body: { roles: ['ops'], full_name: null, version: 2 } })
    expect(await call('DELETE', path)).toMatchObject({ status: 204 })
    expect(await call('GET', path)).toMatchObject({ status: 404, body: { code: 'user_not_found' } })
    expect((await identity.events()).at(-1)).toMatchObject({
      type: 'user.deleted.v1',
      data: { user: { id: created.body.id, version: 3 } },
    })
  })

  it('leaves a name that exists as it is, and lets its user be changed and sign in', async () => {
    const { identity, call } = await start()
    const { id } = await identity.createUser({ username: 'old' })
    const old = 'ol\u200bd'
    await identity.query('UPDATE users SET username = $2 WHERE id = $1', [id, old])
    const path = `/users/${id}`
    const any = { 'if-match': '*' }
    expect(await call('PATCH', path, { roles: ['ops'] }, any)).toMatchObject({ status: 200, body: { username: old } })
    expect(await call('PATCH', path, { username: old, full_name: 'Old' }, any)).toMatchObject({ status: 200 })
    expect(await call('PATCH', path, { username: `${old}er` }, any)).toMatchObject({
      status: 400,
      body: { code: 'invalid_request' },
    })
    expect((await call('GET', '/users')).body.users).toHaveLength(2)
    expect(await identity.logIn(old, 'correct horse')).toMatchObject({ status: 200 })
  })

  it('leaves nothing personal of a deleted user in tables and outbox', async () => {
    const { identity, call } = await start()
    const ada = await identity.signUp({ username: 'ada-planted', fullName: 'Planted Name' })
    expect(await call('DELETE', `/users/${ada.user.id}`)).toMatchObject({ status: 204 })
    for (const table of ['users', 'sessions', 'outbox', 'audit_log', 'login_throttles']) {
      const rows = JSON.stringify(await identity.query(`SELECT * FROM ${table}`))
      expect(rows, table).not.toMatch(/ada-planted|Planted Name/)
    }
    expect(await identity.post('/auth/logout', undefined, ada.token)).toMatchObject({ status: 401 })
  })

  it('keeps the last active admin', async () => {
    const { identity, admin, call } = await start()
    const path = `/users/${admin.user.id}`
    const refused = { status: 409, body: { code: 'last_admin' } }
    expect(await call('PATCH', path, { roles: [] }, { 'if-match': '*' })).toMatchObject(refused)
    expect(await call('POST', `${path}/deactivate`)).toMatchObject(refused)
    expect(await call('DELETE', path)).toMatchObject(refused)
    const other = await identity.signUp({ username: 'second', roles: ['admin'] })
    const outcomes = await Promise.all([
      call('POST', `/users/${other.user.id}/deactivate`),
      identity.as(other.token)('POST', `${path}/deactivate`),
    ])
    expect(outcomes.map((it) => it.status).sort()).not.toEqual([200, 200])
    const [left] = await identity.query("SELECT count(*)::int AS n FROM users WHERE is_active AND 'admin' = ANY(roles)")
    expect(left.n).toBe(1)
  })

  it('pages by username, searches its beginning, filters by state', async () => {
    const { identity, call } = await start()
    for (const name of ['a_1', 'ab', 'ac', 'b', 'ä']) await identity.createUser({ username: name })
    await identity.query("UPDATE users SET is_active = false WHERE username = 'ab'")
    const names = async (query: string) => {
      const { status, body } = await call('GET', `/users${query}`)
      expect(status).toBe(200)
      return { names: (body.users as { username: string }[]).map((it) => it.username), next: body.next }
    }
    const pages: string[] = []
    let after = ''
    do {
      const page = await names(`?limit=2${after}`)
      pages.push(...page.names)
      after = page.next === null ? '' : `&after=${encodeURIComponent(String(page.next))}`
    } while (after !== '')
    expect(pages).toEqual(['a_1', 'ab', 'ac', 'b', 'root', 'ä'])
    expect((await names('?search=A')).names).toEqual(['a_1', 'ab', 'ac'])
    expect((await names('?search=a_')).names).toEqual(['a_1'])
    expect((await names('?search=%25')).names).toEqual([])
    expect((await names('?state=inactive')).names).toEqual(['ab'])
    for (const bad of ['?limit=0', '?limit=x', '?state=gone', '?page=2', '?search=%00', '?after=a%00']) {
      expect(await call('GET', `/users${bad}`), bad).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
    }
  })
})

describe('passwords', () => {
  it('are changed by their owner, who shows the current one; the other sessions end', async () => {
    const { identity } = await start()
    const ada = await identity.signUp({ username: 'ada' })
    const other = String((await identity.logIn('ada', 'correct horse')).body.access_token)
    const change = (current_password: string, new_password: string) =>
      identity.as(ada.token)('POST', '/auth/password', { current_password, new_password })
    expect(await change('wrong', 'battery staple')).toMatchObject({ status: 403, body: { code: 'wrong_password' } })
    expect(await change('correct horse', 'Passw0rd')).toMatchObject({
      status: 400,
      body: { code: 'password_too_common' },
    })
    expect(await change('correct horse', 'battery staple')).toMatchObject({ status: 204 })
    expect(await identity.as(other)('GET', '/auth/sessions')).toMatchObject({ status: 401 })
    expect(await identity.as(ada.token)('GET', '/auth/sessions')).toMatchObject({ status: 200 })
    expect(await identity.logIn('ada', 'correct horse')).toMatchObject({ status: 401 })
    expect(await identity.logIn('ada', 'battery staple')).toMatchObject({ status: 200 })
  })

  it('are set by an admin; all sessions end', async () => {
    const { identity, call } = await start()
    const ada = await identity.signUp({ username: 'ada' })
    expect(await call('POST', `/users/${ada.user.id}/password`, { new_password: 'battery staple' })).toMatchObject({
      status: 204,
    })
    expect(await identity.as(ada.token)('GET', '/auth/sessions')).toMatchObject({ status: 401 })
    expect(await identity.logIn('ada', 'battery staple')).toMatchObject({ status: 200 })
  })

  it('are the same in every Unicode form, and count characters, not bytes', async () => {
    const { identity, call } = await start()
    expect(await call('POST', '/users', { username: 'ada', password: 'ÅlÅsÖgÄk' })).toMatchObject({ status: 201 })
    expect(await identity.logIn('ada', 'A\u030AlA\u030AsO\u0308gA\u0308k')).toMatchObject({
      status: 200,
    })
    expect(await call('POST', '/users', { username: 'bob', password: '😀😀😀😀😀😀😀' })).toMatchObject({ status: 400 })
  })
})

describe('GET /audit', () => {
  it('tells who did what to whom, when and from where, and cannot be changed by the service', async () => {
    const { identity, admin, call } = await start()
    const ada = await identity.signUp({ username: 'ada' })
    await call('POST', `/users/${ada.user.id}/deactivate`)
    const { body } = await call('GET', `/audit?subject=${ada.user.id}&limit=2`)
    expect(body.lines).toMatchObject([
      { action: 'session.revoked.v1', actor: admin.user.id, detail: { reason: 'user_deactivated' } },
      {
        action: 'user.deactivated.v1',
        actor: admin.user.id,
        subject: ada.user.id,
        address: expect.stringContaining('127.0.0.1'),
      },
    ])
    const older = await call('GET', `/audit?subject=${ada.user.id}&before=${body.next}`)
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
