import { beforeAll, describe, expect, it } from 'vitest'
import { untilCalm } from './calm.ts'
import { post, refusalOf } from './http.ts'
import { admin, logIn, meAt, type Person, seedUser, setActive } from './people.ts'
import { gatewayUrls } from './stack.ts'
import { describeMs, untilRefused } from './until-refused.ts'

let people: Person[]
let adminToken: string
let gateways: string[]
beforeAll(async () => {
  await untilCalm()
  people = []
  for (let nth = 0; nth < 4; nth += 1) people.push(await seedUser('ada'))
  adminToken = await logIn(admin)
  gateways = await gatewayUrls()
})

describe('deactivating a user', () => {
  it('is refused to a stranger and to whoever lacks the role', async () => {
    const [ada] = people as [Person]
    const path = `/users/${ada.id}/deactivate`
    expect(refusalOf(await post(path))).toEqual({ status: 401, code: 'token_missing' })
    const token = await logIn(ada)
    expect(refusalOf(await post(path, { token }))).toEqual({ status: 403, code: 'insufficient_scope' })
  })

  it('does not bring an old token back to life when the user is activated again', async () => {
    const [ada] = people as [Person]
    const token = await logIn(ada)
    await setActive(ada.id, false, adminToken)
    await setActive(ada.id, true, adminToken)
    for (const url of gateways) await untilRefused(url, token, performance.now())
    const fresh = await logIn(ada)
    for (const url of gateways) expect(await meAt(url, fresh)).toMatchObject({ status: 200 })
  })

  it('shuts a hundred out of two gateways, each within a second of the answer', async () => {
    const refusedMs: number[] = []
    for (let nth = 0; nth < 100; nth += 1) {
      const person = people[nth % people.length] as Person
      await setActive(person.id, true, adminToken)
      const token = await logIn(person)
      for (const url of gateways) expect(await meAt(url, token)).toMatchObject({ status: 200 })
      await setActive(person.id, false, adminToken)
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
