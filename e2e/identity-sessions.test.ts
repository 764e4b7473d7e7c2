import { decodeJwt } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { untilCalm } from './calm.ts'
import { get, post, refusalOf } from './http.ts'
import {
  createUser,
  forgetThrottles,
  type Made,
  openServiceCalls,
  remove,
  type ServiceCalls,
  sessionsOf,
  signIn,
  signInAdmin,
} from './identity-calls.ts'
import { type Gateways, openGateways } from './identity-gateways.ts'

let adminToken: string
let gateways: Gateways
let callAsService: ServiceCalls
let ada: Made
beforeAll(async () => {
  await untilCalm()
  await forgetThrottles()
  adminToken = await signInAdmin()
  gateways = await openGateways()
  callAsService = await openServiceCalls()
  ada = await createUser(adminToken, 'ada')
})

describe('one’s own sessions', () => {
  it('are listed and ended by their owner alone', async () => {
    const bob = await signIn(await createUser(adminToken, 'bob'))
    const { access_token } = await signIn(ada)
    expect(refusalOf(await get('/auth/sessions'))).toEqual({ status: 401, code: 'token_missing' })
    expect(refusalOf(await remove('/auth/sessions/42', access_token))).toMatchObject({ status: 400 })
    const ofBob = `/auth/sessions/${decodeJwt(bob.access_token).sid}`
    expect(refusalOf(await remove(ofBob, access_token))).toEqual({ status: 404, code: 'session_not_found' })
    await gateways.letIn(bob.access_token)
  })

  it('tell the device, which one asks, and end one by one or all others at once', async () => {
    const carol = await createUser(adminToken, 'carol')
    const form = { username: carol.username, password: carol.password }
    const phone = await post('/auth/login', { form, headers: { 'user-agent': 'Carols phone' } })
    const [one, other] = [await signIn(carol), await signIn(carol)]
    const { sessions } = (await sessionsOf(one.access_token)).body as { sessions: Record<string, unknown>[] }
    expect(sessions).toHaveLength(3)
    expect(sessions.filter((it) => it.current).map((it) => it.id)).toEqual([decodeJwt(one.access_token).sid])
    expect(sessions.map((it) => it.device)).toContain('Carols phone')
    expect(await remove(`/auth/sessions/${decodeJwt(other.access_token).sid}`, one.access_token)).toMatchObject({
      status: 204,
    })
    expect(await remove('/auth/sessions', one.access_token)).toMatchObject({ status: 204 })
    for (const token of [other.access_token, String(phone.body.access_token)]) {
      expect(await gateways.untilRefused(token)).toBeLessThan(1_000)
    }
    await gateways.letIn(one.access_token)
    expect((await sessionsOf(one.access_token)).body.sessions).toHaveLength(1)
  })
})

describe('POST /oauth/introspect and /oauth/revoke', () => {
  it('are refused without the credential of a service', async () => {
    const { access_token } = await signIn(ada)
    for (const path of ['/oauth/introspect', '/oauth/revoke']) {
      const form = { token: access_token }
      for (const answer of [
        await post(path, { form }),
        await post(path, { form, token: adminToken }),
        await callAsService(path, form, 'wrong'),
      ]) {
        expect(refusalOf(answer)).toEqual({ status: 401, code: 'invalid_client' })
        expect(answer.headers.get('www-authenticate')).toMatch(/^Basic /)
      }
      expect(refusalOf(await callAsService(path, {}))).toMatchObject({ status: 400 })
    }
    await gateways.letIn(access_token)
  })

  it('know tokens of both kinds as long as their session lives, and nothing of any other text', async () => {
    const { access_token, refresh_token } = await signIn(ada)
    for (const [kind, token] of Object.entries({ access_token, refresh_token })) {
      const { body } = await callAsService('/oauth/introspect', { token })
      expect(body).toMatchObject({ active: true, token_type: kind, sub: ada.id, username: ada.username })
    }
    expect(await callAsService('/oauth/revoke', { token: 'of nobody' })).toMatchObject({ status: 200 })
    expect((await callAsService('/oauth/introspect', { token: 'of nobody' })).body).toEqual({ active: false })
    expect(await callAsService('/oauth/revoke', { token: refresh_token })).toMatchObject({ status: 200 })
    for (const token of [access_token, refresh_token]) {
      expect((await callAsService('/oauth/introspect', { token })).body).toEqual({ active: false })
    }
  })
})
