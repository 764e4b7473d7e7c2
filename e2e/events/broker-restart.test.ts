import { eventually } from '@gatehouse/testkit'
import { decodeJwt } from 'jose'
import { afterAll, describe, expect, it } from 'vitest'
import { as, refusalOf } from '../support/client.ts'
import { compose, gatewayUrls } from '../support/stack.ts'
import { addSubscriber, subscribe } from '../support/subscriber.ts'
import { untilHealthy } from '../support/until-healthy.ts'
import { createUser, me, meAt, signInAdmin, tokenOf } from '../support/users.ts'

afterAll(async () => {
  // Whatever failed here, other files find the broker running.
  await compose('start', 'rabbitmq')
  await untilHealthy()
})

const sidOf = (token: string) => String(decodeJwt(token).sid)

describe('the broker stopped and started while people sign in', () => {
  it('loses no event, lets nobody in who was signed out, and keeps nobody out', async () => {
    const ada = await createUser(await signInAdmin(), 'ada')
    const subscriber = await addSubscriber()
    const before = await subscribe(subscriber)
    const tokens = [await tokenOf(ada)]
    await compose('stop', 'rabbitmq')
    for (let nth = 0; nth < 10; nth += 1) tokens.push(await tokenOf(ada))
    for (const token of tokens) expect(await me(token)).toMatchObject({ status: 200 })

    const [ended = '', ...kept] = tokens
    expect(await as(ended).logOut()).toMatchObject({ status: 204 })
    for (const url of await gatewayUrls()) {
      const check = async () =>
        expect(refusalOf(await meAt(url, ended))).toEqual({ status: 401, code: 'session_ended' })
      await eventually(check, { withinMs: 1_000, everyMs: 10 })
    }

    const [, ...during] = await Promise.all([
      compose('start', 'rabbitmq'),
      ...Array.from({ length: 10 }, () => tokenOf(ada)),
    ])
    kept.push(...during)
    const after = await eventually(() => subscribe(subscriber), { withinMs: 30_000, everyMs: 250 })
    await eventually(
      () => {
        const events = [...before.events(), ...after.events()].filter((it) => it.subject === ada.id)
        const started = events.flatMap((it) => (it.type === 'session.started.v1' ? [it.data.session.id] : []))
        const revoked = events.flatMap((it) => (it.type === 'session.revoked.v1' ? [it.data.session.id] : []))
        expect(started).toEqual(expect.arrayContaining([ended, ...kept].map(sidOf)))
        expect(revoked).toContain(sidOf(ended))
      },
      { withinMs: 15_000 },
    )
    await before.close()
    await after.close()
    for (const token of kept) expect(await me(token)).toMatchObject({ status: 200 })
  }, 120_000)
})
