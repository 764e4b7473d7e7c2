import { beforeAll, describe, expect, it } from 'vitest'
import { post, refusalOf } from './http.ts'
import { admin, logIn, meAt, type Person, seedUser, setActive } from './people.ts'
import { gatewayUrls } from './stack.ts'

let people: Person[]
let adminToken: string
let gateways: string[]
beforeAll(async () => {
  people = []
  for (let nth = 0; nth < 4; nth += 1) people.push(await seedUser('ada'))
  adminToken = await logIn(admin)
  gateways = await gatewayUrls()
})

/**
 * Asks one gateway again and again until it refuses.
 * @returns ms from `answeredAt` to the refusal; a 200 counts up to its end, so the figure is never too small
 */
const untilRefused = async (url: string, token: string, answeredAt: number) => {
  while (true) {
    const answer = await meAt(url, token)
    const passedMs = performance.now() - answeredAt
    if (answer.status === 401) {
      expect(refusalOf(answer)).toEqual({ status: 401, code: 'session_ended' })
      return passedMs
    }
    expect(answer.status, answer.text).toBe(200)
    if (passedMs > 5_000) throw new Error('still let in 5 s after the deactivation was answered')
  }
}

const percentile = (sorted: number[], share: number) => sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN

describe('deactivating a user', () => {
  it('is refused to a stranger and to whoever lacks the role', async () => {
    const [ada] = people
    const path = `/users/${ada?.id}/deactivate`
    expect(refusalOf(await post(path))).toMatchObject({ status: 401 })
    const token = await logIn(ada as Person)
    expect(refusalOf(await post(path, { token }))).toEqual({ status: 403, code: 'insufficient_scope' })
  })

  it('does not bring an old token back to life when the user is activated again', async () => {
    const [ada] = people as [Person]
    const token = await logIn(ada)
    await setActive(ada.id, false, adminToken)
    await setActive(ada.id, true, adminToken)
    for (const url of gateways) await untilRefused(url, token, performance.now())
    for (const url of gateways) expect(await meAt(url, await logIn(ada))).toMatchObject({ status: 200 })
  })

  it('shuts a hundred out of two gateways, each within a second of the answer', async () => {
    const tookMs: number[] = []
    for (let nth = 0; nth < 100; nth += 1) {
      const person = people[nth % people.length] as Person
      await setActive(person.id, true, adminToken)
      const token = await logIn(person)
      for (const url of gateways) expect(await meAt(url, token)).toMatchObject({ status: 200 })
      await setActive(person.id, false, adminToken)
      const answeredAt = performance.now()
      tookMs.push(...(await Promise.all(gateways.map((url) => untilRefused(url, token, answeredAt)))))
    }
    tookMs.sort((one, other) => one - other)
    const [p50, p99, max] = [percentile(tookMs, 0.5), percentile(tookMs, 0.99), percentile(tookMs, 1)]
    const figures = { p50, p99, max }
    process.stdout.write(
      `100 deactivations, ${gateways.length} gateways, from answer to refusal: ` +
        `${Object.entries(figures)
          .map(([name, ms]) => `${name} ${ms.toFixed(1)} ms`)
          .join(', ')}\n`,
    )
    expect(gateways).toHaveLength(2)
    expect(max).toBeLessThan(1_000)
  }, 120_000)
})
