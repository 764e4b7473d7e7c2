import { eventually } from '@gatehouse/testkit'
import { beforeAll, describe, expect, it } from 'vitest'
import { post, refusalOf } from './http.ts'
import { logIn, me, meAt, type Person, seedUser } from './people.ts'
import { gatewayUrls } from './stack.ts'

let ada: Person
beforeAll(async () => {
  ada = await seedUser('ada')
})

describe('signing out', () => {
  it('is refused without a token, and with one whose session has ended', async () => {
    expect(refusalOf(await post('/auth/logout'))).toMatchObject({ status: 401 })
    const token = await logIn(ada)
    expect(await post('/auth/logout', { token })).toMatchObject({ status: 204, text: '' })
    expect(refusalOf(await post('/auth/logout', { token }))).toEqual({ status: 401, code: 'session_ended' })
  })

  it('ends the session at every gateway within a second, and no other session', async () => {
    const [token, other, gateways] = [await logIn(ada), await logIn(ada), await gatewayUrls()]
    expect(gateways).toHaveLength(2)
    for (const url of gateways) expect(await meAt(url, token)).toMatchObject({ status: 200 })
    await post('/auth/logout', { token })
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
