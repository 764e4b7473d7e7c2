import { granted } from '@gatehouse/testkit'
import { beforeAll, describe, expect, it } from 'vitest'
import { as } from '../support/client.ts'
import { gatewayUrls } from '../support/stack.ts'
import { untilHealthy } from '../support/until-healthy.ts'
import { describeMs, untilRefused } from '../support/until-refused.ts'
import { createUser, meAt, signInAdmin, type TestUser, tokenOf } from '../support/users.ts'

let people: TestUser[]
let adminToken: string
let gateways: string[]
beforeAll(async () => {
  await untilHealthy()
  people = []
  for (let nth = 0; nth < 4; nth += 1) people.push(await createUser(await signInAdmin(), 'ada'))
  adminToken = await signInAdmin()
  gateways = await gatewayUrls()
})

describe('deactivating a user', () => {
  it('does not bring an old token back to life when the user is activated again', async () => {
    const [ada] = people as [TestUser]
    const token = await tokenOf(ada)
    await granted(as(adminToken).deactivateUser({ id: ada.id }))
    await granted(as(adminToken).activateUser({ id: ada.id }))
    for (const url of gateways) await untilRefused(url, token, performance.now())
    const fresh = await tokenOf(ada)
    for (const url of gateways) expect(await meAt(url, fresh)).toMatchObject({ status: 200 })
  })

  it('shuts a hundred out of two gateways, each within a second of the answer', async () => {
    const refusedMs: number[] = []
    for (let nth = 0; nth < 100; nth += 1) {
      const person = people[nth % people.length] as TestUser
      await granted(as(adminToken).activateUser({ id: person.id }))
      const token = await tokenOf(person)
      for (const url of gateways) expect(await meAt(url, token)).toMatchObject({ status: 200 })
      await granted(as(adminToken).deactivateUser({ id: person.id }))
      const answeredAt = performance.now()
      const seen = await Promise.all(gateways.map((url) => untilRefused(url, token, answeredAt)))
      refusedMs.push(...seen.map((it) => it.refusedMs))
    }
    const figures = describeMs(refusedMs)
    process.stdout.write(`100 deactivations, ${gateways.length} gateways, from answer to refusal: ${figures}\n`)
    expect(gateways).toHaveLength(2)
    expect(Math.max(...refusedMs)).toBeLessThan(1_000)
  }, 120_000)
})
