import { eventually } from '@gatehouse/testkit'
import { decodeJwt } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { as, gatehouse, refusalOf } from '../support/client.ts'
import { forgetThrottles } from '../support/database.ts'
import { type Gateways, openGateways } from '../support/gateways.ts'
import { untilHealthy } from '../support/until-healthy.ts'
import { createUser, me, refresh, signIn, signInAdmin, type TestUser, tryRefresh } from '../support/users.ts'

let adminToken: string
let gateways: Gateways
let ada: TestUser
beforeAll(async () => {
  await untilHealthy()
  await forgetThrottles()
  adminToken = await signInAdmin()
  gateways = await openGateways()
  ada = await createUser(adminToken, 'ada')
})

describe('POST /auth/refresh', () => {
  it('refuses what is no refresh token, an access token too, and one of an ended session', async () => {
    const { access_token, refresh_token } = await signIn(ada)
    const last = refresh_token.at(-1) === 'A' ? 'B' : 'A'
    for (const token of ['x', access_token.slice(0, 200), refresh_token.slice(0, -1) + last]) {
      const answer = await tryRefresh(token)
      expect(refusalOf(answer)).toEqual({ status: 400, code: 'refresh_token_invalid' })
      expect(answer.body).toMatchObject({ error: 'invalid_grant' })
    }
    expect(refusalOf(await me(refresh_token))).toMatchObject({ status: 401 })
    await as(access_token).logOut()
    expect(refusalOf(await tryRefresh(refresh_token))).toEqual({ status: 400, code: 'refresh_token_invalid' })
  })

  it('answers form and JSON with a new pair of the same session, that works', async () => {
    const first = await signIn(ada)
    const second = await refresh(first.refresh_token)
    const answer = await gatehouse().send('POST', '/auth/refresh', { json: { refresh_token: second.refresh_token } })
    expect(answer).toMatchObject({ status: 200, body: { token_type: 'bearer' } })
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const third = String(answer.body.access_token)
    expect(decodeJwt(third).sid).toBe(decodeJwt(first.access_token).sid)
    await gateways.letIn(third)
    expect(answer.body.refresh_token).not.toBe(second.refresh_token)
  })

  it('gives parallel tabs and a lost answer the current pair, and signs nobody out', async () => {
    const first = await signIn(ada)
    const tabs = await Promise.all(Array.from({ length: 8 }, () => refresh(first.refresh_token)))
    expect(new Set(tabs.map((it) => it.refresh_token)).size).toBe(1)
    const lost = await refresh(first.refresh_token)
    expect(lost.refresh_token).toBe(tabs[0]?.refresh_token)
    await gateways.letIn(lost.access_token)
  })

  it('ends the session at every gateway within a second when an old token comes back', async () => {
    const first = await signIn(ada)
    const second = await refresh(first.refresh_token)
    const third = await refresh(second.refresh_token)
    const { access_token } = await refresh(third.refresh_token)
    await gateways.letIn(access_token)
    // Asked rarely enough that it is allowed until its ten seconds are over; then it is the theft of a token.
    const answer = await eventually(
      async () => {
        const one = await tryRefresh(first.refresh_token)
        expect(one.status).toBe(400)
        return one
      },
      { withinMs: 20_000, everyMs: 500 },
    )
    const ms = await gateways.untilRefused(access_token)
    expect(refusalOf(answer)).toEqual({ status: 400, code: 'refresh_token_reused' })
    expect(ms).toBeLessThan(1_000)
    const { lines } = (await as(adminToken).readAudit({ query: { subject: ada.id } })).body as { lines: object[] }
    expect(lines[0]).toMatchObject({ action: 'session.revoked.v1', detail: { reason: 'refresh_reuse' } })
  })
})
