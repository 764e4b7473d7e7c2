import { setTimeout as delay } from 'node:timers/promises'
import { decodeProtectedHeader } from 'jose'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { forgetThrottles } from '../support/database.ts'
import { recreateIdentity } from '../support/identity-cli.ts'
import { gatewayUrls } from '../support/stack.ts'
import { untilHealthy } from '../support/until-healthy.ts'
import { describeMs } from '../support/until-refused.ts'
import { createUser, meAt, signInAdmin, type TestUser, trySignIn } from '../support/users.ts'

const seconds = Number(process.env.ROTATION_SECONDS ?? 45)
const requestsPerSecond = 20
// Young enough for tokens that live a minute, so that retired keys are erased too in a run of some minutes.
const tokenSeconds = 40

let ada: TestUser
let gateways: string[]
beforeAll(async () => {
  await recreateIdentity({ KEY_ROTATION_SECONDS: '10', JWKS_MAX_AGE_SECONDS: '1', ACCESS_TOKEN_EXPIRE_MINUTES: '1' })
  await untilHealthy()
  await forgetThrottles()
  ada = await createUser(await signInAdmin(), 'ada')
  gateways = await gatewayUrls()
})
afterAll(async () => {
  await recreateIdentity()
  await untilHealthy()
})

/** Calls `act` at this rate, whatever it takes each time. @throws what any of them threw */
const pace = async (perSecond: number, act: (nth: number) => Promise<void>) => {
  const startedAt = performance.now()
  const acts: Promise<void>[] = []
  for (let nth = 0; nth < seconds * perSecond; nth += 1) {
    await delay(Math.max(0, startedAt + (nth * 1000) / perSecond - performance.now()))
    acts.push(act(nth))
  }
  await Promise.all(acts)
}

it(
  `keys that change every ten seconds refuse nobody, for ${seconds} s of requests to two gateways`,
  async () => {
    const statuses: Record<string, number> = {}
    const count = (what: string) => {
      statuses[what] = (statuses[what] ?? 0) + 1
    }
    const kids = new Set<string>()
    const tookMs: number[] = []
    let tokens: { token: string; madeAt: number }[] = []

    const signIn = async () => {
      const { status, body } = await trySignIn(ada)
      count(`login ${status}`)
      if (status !== 200) return
      const token = String(body.access_token)
      kids.add(decodeProtectedHeader(token).kid ?? 'no kid')
      tokens = [
        ...tokens.filter((it) => performance.now() - it.madeAt < tokenSeconds * 1000),
        { token, madeAt: performance.now() },
      ]
      // A token of this instant at every gateway at once: nobody may meet a key that it has not heard of.
      await Promise.all(gateways.map(async (url) => count(`first use ${(await meAt(url, token)).status}`)))
    }
    const ask = async (nth: number) => {
      const one = tokens[Math.floor(Math.random() * tokens.length)]
      const url = gateways[nth % gateways.length]
      if (one === undefined || url === undefined) throw new Error('no token or no gateway')
      const startedAt = performance.now()
      count(`me ${(await meAt(url, one.token)).status}`)
      tookMs.push(performance.now() - startedAt)
    }

    await signIn()
    await Promise.all([pace(1, signIn), pace(requestsPerSecond, ask)])
    process.stdout.write(
      `${seconds} s: ${JSON.stringify(statuses)}, ${kids.size} keys signed, me ${describeMs(tookMs)}\n`,
    )
    expect(gateways).toHaveLength(2)
    // Each turn takes its ten seconds and up to two reloads more.
    expect(kids.size).toBeGreaterThanOrEqual(Math.floor(seconds / 12))
    expect(statuses).toEqual({
      'login 200': seconds + 1,
      'first use 200': 2 * (seconds + 1),
      'me 200': seconds * requestsPerSecond,
    })
  },
  (seconds + 60) * 1000,
)
