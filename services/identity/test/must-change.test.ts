import { describe, expect, it } from 'vitest'
import { startTestIdentity } from './start-test-identity.ts'

const given = 'given by an admin'
const own = 'chosen by its owner'

const start = async () => {
  const identity = await startTestIdentity()
  const { token } = await identity.signUp({ username: 'root', roles: ['admin'] })
  const asAdmin = identity.as(token)
  const invite = async (username: string) => {
    const { body } = await asAdmin.createUser({ body: { username, password: given, must_change: true } })
    return body.id
  }
  return { identity, asAdmin, invite }
}
const required = { status: 403, body: { code: 'password_change_required', error: 'invalid_grant' } }

describe('a password that must be changed', () => {
  it('opens no session by itself, is no wrong guess, and is not told of to who does not know it', async () => {
    const { identity, invite } = await start()
    const id = await invite('ada')
    for (let nth = 0; nth < 8; nth += 1) expect(await identity.signIn('ada', given)).toMatchObject(required)
    expect(await identity.signIn('ada', 'not the password')).toMatchObject({ status: 401 })
    expect(await identity.signIn('ada', 'not the password', { new_password: own })).toMatchObject({ status: 401 })
    expect(await identity.query('SELECT 1 FROM sessions WHERE user_id = $1', [id])).toEqual([])
    const lines = await identity.query("SELECT actor, detail FROM audit_log WHERE action = 'request.refused'")
    expect(lines[0]).toMatchObject({ actor: id, detail: { code: 'password_change_required' } })
  })

  it('is changed and signs in in one step, by the rules for new ones', async () => {
    const { identity, invite } = await start()
    const id = await invite('ada')
    for (const [next, code] of [
      ['short', 'invalid_request'],
      ['Welcome2024', 'password_too_guessable'],
      [given, 'password_unchanged'],
      // Full-width letters: the same password after NFKC.
      [given.replace('admin', '\uff41dmin'), 'password_unchanged'],
    ]) {
      expect(await identity.signIn('ada', given, { new_password: next })).toMatchObject({ status: 400, body: { code } })
    }
    const { status, body } = await identity.signIn('ada', given, { new_password: own })
    expect(status).toBe(200)
    expect(await identity.as(body.access_token).listSessions()).toMatchObject({ status: 200 })
    expect(await identity.signIn('ada', given)).toMatchObject({ status: 401 })
    expect(await identity.signIn('ada', own)).toMatchObject({ status: 200 })
    const events = (await identity.events()).filter((it) => it.subject === id).map((it) => it.type)
    expect(events.slice(0, 3)).toEqual(['user.created.v1', 'user.password_changed.v1', 'session.started.v1'])
    const [line] = await identity.query(
      "SELECT actor FROM audit_log WHERE action = 'user.password_changed.v1' AND subject = $1",
      [id],
    )
    expect(line).toEqual({ actor: id })
  })

  it('is so when an admin says so, and only until it is changed', async () => {
    const { identity, asAdmin } = await start()
    const ada = await identity.signUp({ username: 'ada' })
    const { id } = ada.user
    expect(await asAdmin.setPassword({ id, body: { new_password: given, must_change: true } })).toMatchObject({
      status: 204,
    })
    expect(await identity.as(ada.token).listSessions()).toMatchObject({ status: 401 })
    expect(await identity.signIn('ada', given)).toMatchObject(required)
    expect(await asAdmin.setPassword({ id, body: { new_password: given } })).toMatchObject({ status: 204 })
    expect(await identity.signIn('ada', given)).toMatchObject({ status: 200 })
  })

  it('is set once when two who know it are there at the same time', async () => {
    const { identity, invite } = await start()
    const id = await invite('ada')
    const passwords = [1, 2, 3, 4].map((nth) => `${own} ${nth}`)
    const answers = await Promise.all(passwords.map((it) => identity.signIn('ada', given, { new_password: it })))
    expect(answers.filter((it) => it.status === 200)).toHaveLength(1)
    const changes = (await identity.events()).filter((it) => it.type === 'user.password_changed.v1')
    expect(changes.map((it) => it.subject)).toEqual([id])
  })
})

describe('POST /auth/login with a new password', () => {
  it('changes any password, and ends the other sessions', async () => {
    const { identity } = await start()
    const ada = await identity.signUp({ username: 'ada' })
    expect(await identity.signIn('ada', 'correct horse', { new_password: own })).toMatchObject({ status: 200 })
    expect(await identity.as(ada.token).listSessions()).toMatchObject({ status: 401 })
    expect(await identity.signIn('ada', 'correct horse')).toMatchObject({ status: 401 })
  })
})
