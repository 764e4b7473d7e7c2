import type { Client } from '@gatehouse/testkit'
import { decodeJwt } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { as, gatehouse, refusalOf } from '../support/client.ts'
import { forgetThrottles } from '../support/database.ts'
import { type Gateways, openGateways } from '../support/gateways.ts'
import { asTestsService } from '../support/services.ts'
import { untilHealthy } from '../support/until-healthy.ts'
import { createUser, signIn, signInAdmin, type TestUser } from '../support/users.ts'

let adminToken: string
let gateways: Gateways
let service: Client
let ada: TestUser
beforeAll(async () => {
  await untilHealthy()
  await forgetThrottles()
  adminToken = await signInAdmin()
  gateways = await openGateways()
  service = await asTestsService()
  ada = await createUser(adminToken, 'ada')
})

describe('one’s own sessions', () => {
  it('are listed and ended by their owner alone', async () => {
    const bob = await signIn(await createUser(adminToken, 'bob'))
    const { access_token } = await signIn(ada)
    expect(refusalOf(await gatehouse().listSessions())).toEqual({ status: 401, code: 'token_missing' })
    expect(refusalOf(await as(access_token).send('DELETE', '/auth/sessions/42'))).toMatchObject({ status: 400 })
    const ofBob = `/auth/sessions/${decodeJwt(bob.access_token).sid}`
    expect(refusalOf(await as(access_token).send('DELETE', ofBob))).toEqual({ status: 404, code: 'session_not_found' })
    await gateways.letIn(bob.access_token)
  })

  it('tell the device, which one asks, and end one by one or all others at once', async () => {
    const carol = await createUser(adminToken, 'carol')
    const form = { username: carol.username, password: carol.password }
    const phone = await gatehouse().logIn({ body: form, headers: { 'user-agent': 'Carols phone' } })
    const [one, other] = [await signIn(carol), await signIn(carol)]
    const { sessions } = (await as(one.access_token).listSessions()).body
    expect(sessions).toHaveLength(3)
    expect(sessions.filter((it) => it.current).map((it) => it.id)).toEqual([decodeJwt(one.access_token).sid])
    expect(sessions.map((it) => it.device)).toContain('Carols phone')
    expect(await as(one.access_token).endSession({ id: String(decodeJwt(other.access_token).sid) })).toMatchObject({
      status: 204,
    })
    expect(await as(one.access_token).endOtherSessions()).toMatchObject({ status: 204 })
    for (const token of [other.access_token, phone.body.access_token]) {
      expect(await gateways.untilRefused(token)).toBeLessThan(1_000)
    }
    await gateways.letIn(one.access_token)
    expect((await as(one.access_token).listSessions()).body.sessions).toHaveLength(1)
  })
})

describe('POST /oauth/introspect and /oauth/revoke', () => {
  it('are refused without the credential of a service', async () => {
    const { access_token } = await signIn(ada)
    for (const path of ['/oauth/introspect', '/oauth/revoke']) {
      const form = { token: access_token }
      for (const answer of [
        await gatehouse().send('POST', path, { form }),
        await as(adminToken).send('POST', path, { form }),
        await gatehouse().asService('tests', 'wrong').send('POST', path, { form }),
      ]) {
        expect(refusalOf(answer)).toEqual({ status: 401, code: 'invalid_client' })
        expect(answer.headers.get('www-authenticate')).toMatch(/^Basic /)
      }
      expect(refusalOf(await service.send('POST', path, { form: {} }))).toMatchObject({ status: 400 })
    }
    await gateways.letIn(access_token)
  })

  it('know tokens of both kinds as long as their session lives, and nothing of any other text', async () => {
    const { access_token, refresh_token } = await signIn(ada)
    for (const [kind, token] of Object.entries({ access_token, refresh_token })) {
      const { body } = await service.introspectToken({ body: { token } })
      expect(body).toMatchObject({ active: true, token_type: kind, sub: ada.id, username: ada.username })
    }
    expect(await service.revokeToken({ body: { token: 'of nobody' } })).toMatchObject({ status: 200 })
    expect((await service.introspectToken({ body: { token: 'of nobody' } })).body).toEqual({ active: false })
    expect(await service.revokeToken({ body: { token: refresh_token } })).toMatchObject({ status: 200 })
    for (const token of [access_token, refresh_token]) {
      expect((await service.introspectToken({ body: { token } })).body).toEqual({ active: false })
    }
  })
})
