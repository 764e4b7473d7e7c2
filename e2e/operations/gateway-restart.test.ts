import { setTimeout as delay } from 'node:timers/promises'
import { eventually, granted } from '@gatehouse/testkit'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { as, refusalOf } from '../support/client.ts'
import { containers, docker, gatewayUrls } from '../support/stack.ts'
import { untilHealthy } from '../support/until-healthy.ts'
import { untilNginxAsks } from '../support/until-nginx-asks.ts'
import { createUser, me, meAt, signInAdmin, tokenOf } from '../support/users.ts'

/** Asks through Nginx, one after the other, as fast as Nginx lets one client. @returns a stop that answers every status but 200, with its body */
const keepAsking = (token: string) => {
  let goesOn = true
  const others: { status: number; text: string }[] = []
  let asked = 0
  const asking = (async () => {
    while (goesOn) {
      const { status, text } = await me(token)
      asked += 1
      await delay(2)
      if (status !== 200) others.push({ status, text })
    }
  })()
  return async () => {
    goesOn = false
    await asking
    return { asked, others }
  }
}

beforeAll(untilHealthy)
afterAll(untilHealthy)

describe('a gateway restarted while somebody is signed in', () => {
  it('signs nobody out and fails no request, one restarted after the other', async () => {
    const token = await signInAdmin()
    const stop = keepAsking(token)
    onTestFinished(async () => void (await stop()))
    for (const gateway of await containers('gateway')) {
      await docker('restart', gateway.Id)
      await eventually(
        async () => {
          for (const url of await gatewayUrls()) expect(await meAt(url, token)).toMatchObject({ status: 200 })
        },
        { withinMs: 20_000 },
      )
      await untilNginxAsks('gateway', new Date())
    }
    const { asked, others } = await stop()
    process.stdout.write(`gateways restarted under ${asked} requests, ${others.length} not answered 200\n`)
    expect(others).toEqual([])
  })

  it('hears of a deactivation afterwards as before', async () => {
    const ada = await createUser(await signInAdmin(), 'ada')
    const token = await tokenOf(ada)
    for (const url of await gatewayUrls()) expect(await meAt(url, token)).toMatchObject({ status: 200 })
    await granted(as(await signInAdmin()).deactivateUser({ id: ada.id }))
    for (const url of await gatewayUrls()) {
      const check = async () =>
        expect(refusalOf(await meAt(url, token))).toEqual({ status: 401, code: 'session_ended' })
      await eventually(check, { withinMs: 1_000, everyMs: 10 })
    }
  })
})
