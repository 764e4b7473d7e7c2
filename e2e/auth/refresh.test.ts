import { eventually } from '@gatehouse/testkit'
import { beforeAll, describe, expect, it } from 'vitest'
import { as, refusalOf } from '../support/client.ts'
import { forgetThrottles } from '../support/database.ts'
import { type Gateways, openGateways } from '../support/gateways.ts'
import { untilHealthy } from '../support/until-healthy.ts'
import { createUser, refresh, signIn, signInAdmin, type TestUser, tryRefresh } from '../support/users.ts'

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
    const { lines } = (await as(adminToken).readAudit({ query: { subject: ada.id } })).body
    expect(lines[0]).toMatchObject({ action: 'session.revoked.v1', detail: { reason: 'refresh_reuse' } })
  })
})
