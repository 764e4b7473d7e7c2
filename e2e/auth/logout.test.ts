import { eventually } from '@gatehouse/testkit'
import { beforeAll, describe, expect, it } from 'vitest'
import { as, gatehouse, refusalOf } from '../support/client.ts'
import { gatewayUrls } from '../support/stack.ts'
import { createUser, me, meAt, signInAdmin, type TestUser, tokenOf } from '../support/users.ts'

let ada: TestUser
beforeAll(async () => {
  ada = await createUser(await signInAdmin(), 'ada')
})

describe('signing out', () => {
  it('is refused without a token, and with one whose session has ended', async () => {
    expect(refusalOf(await gatehouse().logOut())).toMatchObject({ status: 401 })
    const token = await tokenOf(ada)
    expect(await as(token).logOut()).toMatchObject({ status: 204, text: '' })
    expect(refusalOf(await as(token).logOut())).toEqual({ status: 401, code: 'session_ended' })
  })

  it('ends the session at every gateway within a second, and no other session', async () => {
    const [token, other, gateways] = [await tokenOf(ada), await tokenOf(ada), await gatewayUrls()]
    expect(gateways).toHaveLength(2)
    for (const url of gateways) expect(await meAt(url, token)).toMatchObject({ status: 200 })
    await as(token).logOut()
    await Promise.all(
      gateways.map((url) =>
        eventually(
          async () => expect(refusalOf(await meAt(url, token))).toEqual({ status: 401, code: 'session_ended' }),
          {
            withinMs: 1_000,
            everyMs: 10,
          },
        ),
      ),
    )
    expect(await me(other)).toMatchObject({ status: 200 })
  })
})
