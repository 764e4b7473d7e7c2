import { beforeAll, describe, expect, it } from 'vitest'
import { as, gatehouse, refusalOf } from '../support/client.ts'
import { dumpDatabase, forgetThrottles } from '../support/database.ts'
import { untilHealthy } from '../support/until-healthy.ts'
import { createUser, me, signInAdmin, type TestUser, tryRefresh, trySignIn } from '../support/users.ts'

let adminToken: string
let adminId: string
beforeAll(async () => {
  await untilHealthy()
  await forgetThrottles()
  adminToken = await signInAdmin()
  adminId = (await me(adminToken)).body.id
})

describe('a deleted user', () => {
  /** Leaves traces wherever one can: sessions, a device, failed sign-ins, changes of name and password. */
  const leaveTraces = async (person: TestUser, mark: string) => {
    const form = { username: person.username, password: person.password }
    const { body } = await gatehouse().logIn({ body: form, headers: { 'user-agent': `device of ${mark}` } })
    await trySignIn({ ...person, password: `wrong-${mark}` })
    const renamed = { id: person.id, body: { full_name: `Renamed ${mark}` }, headers: { 'if-match': '*' } }
    await as(adminToken).changeUser(renamed)
    const next = { current_password: person.password, new_password: `new-${mark}` }
    await as(body.access_token).changePassword({ body: next })
    await tryRefresh(body.refresh_token)
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
