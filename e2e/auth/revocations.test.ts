import { setTimeout as delay } from 'node:timers/promises'
import { type Answer, type Client, granted } from '@gatehouse/testkit'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { as } from '../support/client.ts'
import { forgetThrottles } from '../support/database.ts'
import { inTurn, keepPace, openTally } from '../support/pace.ts'
import { asTestsService } from '../support/services.ts'
import { gatewayUrls } from '../support/stack.ts'
import { untilHealthy } from '../support/until-healthy.ts'
import { describeMs, untilRefused } from '../support/until-refused.ts'
import {
  createUser,
  me,
  meAt,
  refresh,
  signIn,
  signInAdmin,
  signInTimes,
  type TestUser,
  tryRefresh,
} from '../support/users.ts'

// 500 for the figures that the product promises; fewer tell a regression as well, within seconds.
const trials = Number(process.env.EDGE_TRIALS ?? 20)
const requestsPerSecond = 50
// REFRESH_REUSE_SECONDS of the compose file: before, an old token is a parallel tab's.
const reuseMs = 10_000

/** A session that is good yet, and how it ends. */
type Trial = { token: string; end: () => Promise<Answer> }
type Stale = { token: string; oldRefreshToken: string; usedAt: number }

let adminToken: string
let service: Client
let gateways: string[]
/** Whose sessions end; the owner's own goes on. */
let ada: TestUser
let owner: string
/** Whom an admin shuts out. */
let bob: TestUser
let stale: Stale[]
let stopLoad: () => Promise<void>
const statuses = openTally()

/** A session whose first refresh token was used twice over: shown again later, it tells of a theft. */
const makeStale = async (): Promise<Stale> => {
  const first = await signIn(ada)
  const second = await refresh(first.refresh_token)
  const { access_token } = await refresh(second.refresh_token)
  return { token: access_token, oldRefreshToken: first.refresh_token, usedAt: performance.now() }
}

const signInAda = async () => (await signIn(ada)).access_token
const signInBob = async () => {
  await granted(as(adminToken).activateUser({ id: bob.id }))
  return (await signIn(bob)).access_token
}

const kinds: Record<string, () => Promise<Trial>> = {
  logout: async () => {
    const token = await signInAda()
    return { token, end: () => as(token).logOut() }
  },
  'ended by its owner': async () => {
    const token = await signInAda()
    return { token, end: () => as(owner).endSession({ id: String(decodeJwt(token).sid) }) }
  },
  'access token revoked': async () => {
    const token = await signInAda()
    return { token, end: () => service.revokeToken({ body: { token } }) }
  },
  deactivated: async () => {
    const token = await signInBob()
    return { token, end: () => as(adminToken).deactivateUser({ id: bob.id }) }
  },
  'user deleted': async () => {
    const dora = await createUser(adminToken, 'dora')
    const token = (await signIn(dora)).access_token
    return { token, end: () => as(adminToken).deleteUser({ id: dora.id }) }
  },
  'ended by an admin': async () => {
    const token = await signInBob()
    return { token, end: () => as(adminToken).endSessionsOfUser({ id: bob.id }) }
  },
  'refresh token reused': async () => {
    const { token, oldRefreshToken, usedAt } = stale.shift() as Stale
    await delay(Math.max(0, usedAt + reuseMs - performance.now()))
    return { token, end: () => tryRefresh(oldRefreshToken) }
  },
  // These end all sessions of ada but one, so they come last.
  'others ended': async () => {
    const token = await signInAda()
    return { token, end: () => as(owner).endOtherSessions() }
  },
  'password changed': async () => {
    const token = await signInAda()
    const json = { current_password: ada.password, new_password: crypto.randomUUID() }
    ada.password = json.new_password
    return { token, end: () => as(owner).changePassword({ body: json }) }
  },
}

beforeAll(async () => {
  await untilHealthy()
  await forgetThrottles()
  adminToken = await signInAdmin()
  service = await asTestsService()
  gateways = await gatewayUrls()
  ada = await createUser(adminToken, 'ada')
  bob = await createUser(adminToken, 'bob')
  owner = await signInAda()
  const eve = await createUser(adminToken, 'eve')
  const others = await signInTimes(10, eve)
  stale = []
  for (let nth = 0; nth < trials; nth += 1) stale.push(await makeStale())
  stopLoad = keepPace(requestsPerSecond, async (nth) => statuses.add(`me ${(await me(inTurn(others, nth))).status}`))
})
afterAll(() => stopLoad?.())

describe(`${trials} revocations of each kind, two gateways, under ${requestsPerSecond} requests/s`, () => {
  const lines: string[] = []
  const all: number[] = []

  it.each(Object.entries(kinds))(
    '%s: refused within a second',
    async (name, prepare) => {
      const lastLetInMs: number[] = []
      const refusedMs: number[] = []
      for (let nth = 0; nth < trials; nth += 1) {
        const { token, end } = await prepare()
        for (const url of gateways) expect(await meAt(url, token)).toMatchObject({ status: 200 })
        const answer = await end()
        const answeredAt = performance.now()
        // The reuse of a refresh token is refused, and that refusal tells that the session has ended.
        expect([200, 204, 400], answer.text).toContain(answer.status)
        if (answer.status === 400) expect(answer.body).toMatchObject({ code: 'refresh_token_reused' })
        const seen = await Promise.all(gateways.map((url) => untilRefused(url, token, answeredAt)))
        lastLetInMs.push(...seen.map((it) => it.lastLetInMs))
        refusedMs.push(...seen.map((it) => it.refusedMs))
      }
      const line = `${name.padEnd(20)} first refusal ${describeMs(refusedMs)}; last 200 begun ${describeMs(lastLetInMs)}`
      process.stdout.write(`${trials} x ${line}\n`)
      lines.push(line)
      all.push(...refusedMs)
      expect(Math.max(...refusedMs)).toBeLessThan(1_000)
    },
    60_000 + trials * 500,
  )

  it('nobody else was refused meanwhile', async () => {
    await stopLoad()
    process.stdout.write(
      `${trials} of each kind, ${gateways.length} gateways, after the answer of identity; meanwhile ` +
        `${JSON.stringify(statuses.counts)}\n${[...lines, `all: first refusal ${describeMs(all)}`].join('\n')}\n`,
    )
    expect(gateways).toHaveLength(2)
    expect(all).toHaveLength(2 * trials * Object.keys(kinds).length)
    expect(Object.keys(statuses.counts)).toEqual(['me 200'])
  })
})
