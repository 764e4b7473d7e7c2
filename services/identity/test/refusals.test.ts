import { eventually } from '@gatehouse/testkit'
import { describe, expect, it } from 'vitest'
import { startTestIdentity } from './start-test-identity.ts'

describe('refusals', () => {
  it('by the throttle are told and recorded with whom they concern, now and then', async () => {
    const identity = await startTestIdentity()
    const ada = await identity.addUser({ username: 'ada' })
    for (let nth = 0; nth < 5; nth += 1) await identity.signIn('ada', 'guess')
    await identity.query("UPDATE login_throttles SET blocked_until = now() + interval '1 hour'")
    for (let nth = 0; nth < 100; nth += 1) expect((await identity.signIn('ada', 'guess')).status).toBe(429)
    const told = (await identity.events()).filter(
      (it) => it.type === 'login.failed.v1' && it.data.reason === 'throttled',
    )
    expect(told.map((it) => it.data)).toEqual(
      [1, 2, 4, 8, 16, 32, 64].map((count) => ({
        user_id: ada.id,
        reason: 'throttled',
        address: expect.any(String),
        count,
      })),
    )
    const lines = await identity.query("SELECT subject, detail FROM audit_log WHERE detail->>'reason' = 'throttled'")
    expect(lines[6]).toEqual({ subject: ada.id, detail: { reason: 'throttled', count: 64 } })
  })

  it('of a role and of a service credential are recorded with who asked', async () => {
    const identity = await startTestIdentity()
    const { user, token } = await identity.signUp({ username: 'ada' })
    for (let nth = 0; nth < 5; nth += 1) {
      expect(await identity.as(token).send('GET', '/users/planted-text')).toMatchObject({ status: 403 })
    }
    expect(await identity.asService('gateway', 'wrong').introspectToken({ body: { token } })).toMatchObject({
      status: 401,
    })
    await eventually(async () => {
      const lines = await identity.query(
        "SELECT actor, detail, address FROM audit_log WHERE action = 'request.refused' ORDER BY seq",
      )
      const asAda = { code: 'insufficient_scope', method: 'GET', route: '/users/:id' }
      const line = { address: expect.any(String) }
      expect(lines).toEqual([
        ...[1, 2, 4].map((count) => ({ ...line, actor: user.id, detail: { ...asAda, count } })),
        {
          ...line,
          actor: 'anonymous',
          detail: { code: 'invalid_client', method: 'POST', route: '/oauth/introspect', count: 1 },
        },
      ])
    })
  })
})
