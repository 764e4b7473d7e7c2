import { eventually, granted } from '@gatehouse/testkit'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { as, refusalOf } from '../support/client.ts'
import { type Container, compose, containers, docker, gatewayUrls } from '../support/stack.ts'
import { untilHealthy } from '../support/until-healthy.ts'
import { describeMs, untilRefused } from '../support/until-refused.ts'
import { admin, createUser, me, meAt, signInAdmin, tokenOf, trySignIn } from '../support/users.ts'

let token: string
beforeAll(async () => {
  await untilHealthy()
  token = await signInAdmin()
})

// Fresh for a second, and then a second in which identity is asked and its name sought.
const soon = { withinMs: 5_000, everyMs: 10 }

describe('while the broker is frozen', () => {
  afterEach(async () => {
    await compose('unpause', 'rabbitmq')
    await untilHealthy()
  })

  it('a deactivated user is refused at every gateway within a second, and nobody else is', async () => {
    const ada = await createUser(await signInAdmin(), 'ada')
    const hers = await tokenOf(ada)
    const gateways = await gatewayUrls()
    for (const url of gateways) expect(await meAt(url, hers)).toMatchObject({ status: 200 })
    await compose('pause', 'rabbitmq')
    await granted(as(token).deactivateUser({ id: ada.id }))
    const answeredAt = performance.now()
    const seen = await Promise.all(gateways.map((url) => untilRefused(url, hers, answeredAt)))
    for (const { lastLetInMs } of seen) expect(lastLetInMs).toBeLessThan(1_000)
    for (const url of gateways) expect(await meAt(url, token)).toMatchObject({ status: 200 })
  })
})

describe('while one gateway alone is cut off from the broker', () => {
  let network: string
  let cutOff: Container
  beforeAll(async () => {
    ;[cutOff] = (await containers('gateway')) as [Container]
    network = Object.keys(cutOff.NetworkSettings.Networks).find((it) => it.endsWith('_broker')) ?? 'no network'
    await docker('network', 'disconnect', network, cutOff.Id)
  })
  afterAll(async () => {
    await docker('network', 'connect', network, cutOff.Id)
    await untilHealthy()
  })

  it('it lets nobody in more than a second after a deactivation was answered', async () => {
    const ada = await createUser(await signInAdmin(), 'ada')
    const lastLetInMs: number[] = []
    const refusedMs: number[] = []
    const [url] = (await gatewayUrls()) as [string]
    for (let nth = 0; nth < 20; nth += 1) {
      await granted(as(token).activateUser({ id: ada.id }))
      const hers = await tokenOf(ada)
      expect(await meAt(url, hers)).toMatchObject({ status: 200 })
      await granted(as(token).deactivateUser({ id: ada.id }))
      const seen = await untilRefused(url, hers, performance.now())
      lastLetInMs.push(seen.lastLetInMs)
      refusedMs.push(seen.refusedMs)
    }
    process.stdout.write(
      `20 deactivations, a gateway cut off from the broker: last let in ${describeMs(lastLetInMs)}; ` +
        `refused ${describeMs(refusedMs)}\n`,
    )
    expect(Math.max(...lastLetInMs)).toBeLessThan(1_000)
  })
})

describe('while identity is down', () => {
  afterEach(async () => {
    await compose('start', 'identity')
    await untilHealthy()
  })

  it('the answer is that nobody can tell, never a wrong no, and goes back to yes by itself', async () => {
    await compose('stop', 'identity')
    for (const url of await gatewayUrls()) {
      const answer = await eventually(async () => {
        const answer = await meAt(url, token)
        expect(answer.status, answer.text).toBe(503)
        return answer
      }, soon)
      expect(refusalOf(answer)).toEqual({ status: 503, code: 'cannot_verify' })
      expect(answer.headers.get('retry-after')).toMatch(/^\d+$/)
    }
    // Nginx' own words: 503 where the connection is refused, 504 where the address is gone.
    expect(refusalOf(await trySignIn(admin))).toMatchObject({ code: 'upstream_unavailable' })
  })
})

describe('while Postgres is stopped', () => {
  afterEach(async () => {
    await compose('start', 'postgres')
    await untilHealthy()
  })

  it('a login is told to come back, soon, and nobody is signed out', async () => {
    await compose('stop', 'postgres')
    const startedAt = performance.now()
    const answer = await trySignIn(admin)
    expect(performance.now() - startedAt).toBeLessThan(5_000)
    expect(refusalOf(answer)).toEqual({ status: 503, code: 'database_unavailable' })
    expect(answer.headers.get('retry-after')).toMatch(/^\d+$/)
    expect((await me(token)).status).not.toBe(401)
  })
})
