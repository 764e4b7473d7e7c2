import { beforeAll, describe, expect, it } from 'vitest'
import { as, gatehouse, refusalOf } from '../support/client.ts'
import { dumpDatabase, forgetThrottles, runSql } from '../support/database.ts'
import { untilHealthy } from '../support/until-healthy.ts'
import { createUser, me, signIn, signInAdmin, type TestUser, tryRefresh, trySignIn } from '../support/users.ts'

let adminToken: string
let adminId: string
beforeAll(async () => {
  await untilHealthy()
  await forgetThrottles()
  adminToken = await signInAdmin()
  adminId = String((await me(adminToken)).body.id)
})

const patch = (id: string, json: object, headers: Record<string, string> = {}, token = adminToken) =>
  as(token).changeUser({ id, body: json, headers })

describe('user administration', () => {
  it('is refused to strangers and to whoever lacks the role', async () => {
    const ada = await createUser(adminToken, 'ada', { roles: ['support'] })
    const { access_token: token } = await signIn(ada)
    const one = `/users/${ada.id}`
    const calls: [string, string][] = [
      ['GET', '/users'],
      ['POST', '/users'],
      ['POST', '/users/import'],
      ['GET', one],
      ['PATCH', one],
      ['DELETE', one],
      ['POST', `${one}/activate`],
      ['POST', `${one}/deactivate`],
      ['POST', `${one}/password`],
      ['DELETE', `${one}/sessions`],
      ['GET', '/audit'],
    ]
    for (const [method, path] of calls) {
      const stranger = await gatehouse().send(method, path)
      expect(refusalOf(stranger), `${method} ${path}`).toEqual({ status: 401, code: 'token_missing' })
      const other = await as(token).send(method, path)
      expect(refusalOf(other), `${method} ${path}`).toEqual({ status: 403, code: 'insufficient_scope' })
    }
  })

  it('refuses bad, common and taken names and passwords, and unknown users', async () => {
    const ada = await createUser(adminToken, 'ada')
    const create = (json: object) => as(adminToken).send('POST', '/users', { json })
    const password = crypto.randomUUID()
    expect(refusalOf(await create({ username: 'a b', password }))).toMatchObject({ status: 400 })
    expect(refusalOf(await create({ username: 'new', password: 'short' }))).toMatchObject({ status: 400 })
    expect(refusalOf(await create({ username: 'new', password, is_admin: true }))).toMatchObject({ status: 400 })
    const common = await create({ username: 'new', password: 'Password1' })
    expect(refusalOf(common)).toEqual({ status: 400, code: 'password_too_common' })
    const like = await create({ username: 'somebody-new', password: 'Somebody-New' })
    expect(refusalOf(like)).toEqual({ status: 400, code: 'password_like_username' })
    const taken = await create({ username: ada.username.toUpperCase(), password })
    expect(refusalOf(taken)).toEqual({ status: 409, code: 'username_taken' })
    const nobody = `/users/${crypto.randomUUID()}`
    expect(refusalOf(await as(adminToken).send('GET', nobody))).toEqual({ status: 404, code: 'user_not_found' })
    expect(refusalOf(await as(adminToken).send('DELETE', nobody))).toEqual({ status: 404, code: 'user_not_found' })
  })

  it('changes a user only on the version that was seen', async () => {
    const ada = await createUser(adminToken, 'ada')
    const seen = await as(adminToken).readUser({ id: ada.id })
    const etag = seen.headers.get('etag') ?? 'no etag'
    const json = { full_name: 'Ada Lovelace', roles: ['ops'] }
    expect(refusalOf(await patch(ada.id, json))).toEqual({ status: 428, code: 'if_match_required' })
    for (const wrong of ['"999"', `W/${etag}`]) {
      const answer = await patch(ada.id, json, { 'if-match': wrong })
      expect(refusalOf(answer)).toEqual({ status: 412, code: 'version_conflict' })
    }
    const changed = await patch(ada.id, json, { 'if-match': etag })
    expect(changed).toMatchObject({ status: 200, body: json })
    expect(changed.headers.get('etag')).not.toBe(etag)
    const late = await patch(ada.id, json, { 'if-match': etag })
    expect(refusalOf(late)).toEqual({ status: 412, code: 'version_conflict' })
    expect(await me((await signIn(ada)).access_token)).toMatchObject({ status: 200, body: json })
  })

  it('leaves the last active admin in place, and lets one of two go', async () => {
    const lastAdmin = { status: 409, code: 'last_admin' }
    expect(await runSql(`SELECT count(*) FROM users WHERE is_active AND 'admin' = ANY(roles)`)).toMatch(/^1\s*$/)
    expect(refusalOf(await as(adminToken).deleteUser({ id: adminId }))).toEqual(lastAdmin)
    expect(refusalOf(await as(adminToken).deactivateUser({ id: adminId }))).toEqual(lastAdmin)
    expect(refusalOf(await patch(adminId, { roles: [] }, { 'if-match': '*' }))).toEqual(lastAdmin)
    const second = await createUser(adminToken, 'second', { roles: ['admin'] })
    const { access_token } = await signIn(second)
    expect(await as(access_token).deleteUser({ id: second.id })).toMatchObject({ status: 204 })
    expect(await as(adminToken).listUsers()).toMatchObject({ status: 200 })
  })

  it('finds users by the beginning of their name, page by page', async () => {
    const prefix = `page-${crypto.randomUUID().slice(0, 8)}`
    const made: string[] = []
    for (let nth = 0; nth < 5; nth += 1) made.push((await createUser(adminToken, `${prefix}-${nth}`)).username)
    await as(adminToken).send('POST', `/users/${(await usersBy(`search=${made[0]}`)).users[0]?.id}/deactivate`)
    const seen: string[] = []
    for (let after = ''; ; ) {
      const page = await usersBy(`search=${prefix}&limit=2${after && `&after=${encodeURIComponent(after)}`}`)
      seen.push(...page.users.map((it) => it.username))
      if (page.next === null) break
      after = page.next
    }
    expect(seen).toEqual(made.toSorted())
    const inactive = await usersBy(`search=${prefix}&state=inactive`)
    expect(inactive.users.map((it) => it.username)).toEqual([made[0]])
    expect(refusalOf(await as(adminToken).listUsers({ query: { limit: 1000 } }))).toMatchObject({ status: 400 })
  })
})

const usersBy = async (query: string) => {
  const answer = await as(adminToken).send('GET', `/users?${query}`)
  expect(answer.status, answer.text).toBe(200)
  return answer.body as { users: { id: string; username: string }[]; next: string | null }
}

describe('a deleted user', () => {
  /** Leaves traces wherever one can: sessions, a device, failed sign-ins, changes of name and password. */
  const leaveTraces = async (person: TestUser, mark: string) => {
    const form = { username: person.username, password: person.password }
    const { body } = await gatehouse().logIn({ body: form, headers: { 'user-agent': `device of ${mark}` } })
    await trySignIn({ ...person, password: `wrong-${mark}` })
    await patch(person.id, { full_name: `Renamed ${mark}` }, { 'if-match': '*' })
    const next = { current_password: person.password, new_password: `new-${mark}` }
    await as(String(body.access_token)).changePassword({ body: next })
    await tryRefresh(String(body.refresh_token))
    return body
  }

  it('leaves nothing personal in a dump of the database, and may sign in no more', async () => {
    const mark = crypto.randomUUID()
    const person = await createUser(adminToken, 'gone', { full_name: `Gone ${mark}`, roles: [`role-${mark}`] })
    await leaveTraces(person, mark)
    const before = await dumpDatabase()
    // What is searched is what was written.
    for (const text of [person.username, `Renamed ${mark}`, `device of ${mark}`]) expect(before).toContain(text)
    expect(await as(adminToken).deleteUser({ id: person.id })).toMatchObject({ status: 204 })
    const after = await dumpDatabase()
    const personal = [person.username, mark, person.password]
    const lines = after.split('\n').filter((line) => personal.some((it) => line.includes(it)))
    expect(lines).toEqual([])
    // The id alone stays, in the last event and in the security log.
    expect(after).toContain(person.id)
    const login = await trySignIn({ ...person, password: `new-${mark}` })
    expect(refusalOf(login)).toEqual({ status: 401, code: 'bad_credentials' })
    const read = await as(adminToken).readUser({ id: person.id })
    expect(refusalOf(read)).toEqual({ status: 404, code: 'user_not_found' })
    const { lines: log } = (await as(adminToken).readAudit({ query: { subject: person.id } })).body as {
      lines: object[]
    }
    expect(log[0]).toMatchObject({ action: 'user.deleted.v1', actor: adminId })
  })
})
