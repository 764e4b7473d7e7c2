import { eventually } from '@gatehouse/testkit'
import { describe, expect, it } from 'vitest'
import { startTestGateway } from './start-test-gateway.ts'

describe('keys', () => {
  it('that an event names are fetched at once, and one that is gone is refused at once', async () => {
    const gateway = await startTestGateway()
    const { issuer } = gateway
    const { token, user, sid } = await gateway.signIn()
    await gateway.untilFresh()
    expect(await gateway.me(token)).toMatchObject({ status: 200 })

    const [first, second] = [await issuer.key(0), await issuer.key(1)]
    const next = await issuer.token({ sub: user.id, sid }, {}, second)
    expect(await gateway.me(next), 'spends the budget for unknown keys').toMatchObject({ status: 401 })
    issuer.publish(first, second)
    await gateway.publish('key.published.v1', second.kid, { key: { kid: second.kid, state: 'next' } })
    await eventually(async () => expect(await gateway.me(next)).toMatchObject({ status: 200 }), { withinMs: 5_000 })

    // The issuer still lists the first key, as a replica of identity might that has not heard yet.
    await gateway.publish('key.retired.v1', first.kid, { key: { kid: first.kid, state: 'gone' } })
    await eventually(async () => expect(await gateway.me(token)).toMatchObject({ status: 401 }), { withinMs: 1_000 })
    expect(await gateway.me(next)).toMatchObject({ status: 200 })
  })

  it('that are known go on while the key set is served wrong', async () => {
    const gateway = await startTestGateway()
    const { token } = await gateway.signIn()
    await gateway.untilFresh()
    expect(await gateway.me(token)).toMatchObject({ status: 200 })
    gateway.issuer.misbehave('empty set')
    await gateway.publish('key.published.v1', 'kid', { key: { kid: 'kid', state: 'next' } })
    await eventually(async () =>
      expect((await gateway.readReadiness()).body.dependencies.keys).toMatchObject({
        state: 'degraded',
        count: 1,
      }),
    )
    expect(await gateway.me(token)).toMatchObject({ status: 200 })
    expect((await gateway.readHealth()).status, 'degraded still serves').toBe(200)
  })
})

describe('an event that cannot be read', () => {
  it('makes all that is known be asked for again', async () => {
    const gateway = await startTestGateway()
    const { token, sid, user } = await gateway.signIn()
    await gateway.untilFresh()
    expect(await gateway.me(token)).toMatchObject({ status: 200 })
    await gateway.publish('user.updated.v1', user.id, { user: { id: user.id } } as never)
    // Whatever it said, identity knows.
    gateway.identity.sessions.delete(sid)
    await eventually(async () => expect(await gateway.me(token)).toMatchObject({ status: 401 }), { withinMs: 1_500 })
  })
})
