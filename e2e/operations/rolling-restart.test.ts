import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Answer } from '@gatehouse/testkit'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { gatehouse } from '../support/client.ts'
import { forgetThrottles } from '../support/database.ts'
import { heedRetryAfter } from '../support/heed-retry-after.ts'
import { inTurn, keepPace, openTally } from '../support/pace.ts'
import { containers, docker, serviceOf } from '../support/stack.ts'
import { untilHealthy } from '../support/until-healthy.ts'
import { untilNginxAsks } from '../support/until-nginx-asks.ts'
import { describeMs } from '../support/until-refused.ts'
import { createUser, me, signInAdmin, signInTimes, type TestUser, trySignIn } from '../support/users.ts'

const perSecond = { me: 50, logins: 5, jwks: 5 }
const mostLagMs = 50

// So many that nobody reaches the limit of sessions, whose oldest would end.
let people: TestUser[]
let tokens: string[]
beforeAll(async () => {
  await untilHealthy()
  await forgetThrottles()
  const adminToken = await signInAdmin()
  people = []
  while (people.length < 20) people.push(await createUser(adminToken, 'ada'))
  tokens = []
  for (const person of people) tokens.push(...(await signInTimes(1, person)))
})
afterAll(untilHealthy)

// Nginx, RabbitMQ and Postgres have no second replica here: a restart of Nginx fails requests by nature, the others' are
// in revocations-under-faults.test.ts.
it(`every gateway and identity restarted one after the other under ${perSecond.me} requests/s and ${perSecond.logins} sign-ins/s fails no request`, async () => {
  const tally = openTally()
  const failures: { what: string; status: number | string; text: string; during: string }[] = []
  const refusals: string[] = []
  const tookMs: number[] = []
  let slowest = { ms: 0, what: '', during: '' }
  let during = 'before'
  /** Counts an answer; one that is no 200, or does not come, is kept whole. */
  const note = async <Given>(what: string, request: () => Promise<Answer<Given>>) => {
    const startedAt = performance.now()
    const refused = (code: string) => void refusals.push(`${what} ${code} during ${during}`)
    const answer = await heedRetryAfter(request, refused).catch((error: Error) => error)
    const { status, text } = answer instanceof Error ? { status: answer.message, text: String(answer.cause) } : answer
    const ms = performance.now() - startedAt
    tookMs.push(ms)
    if (ms > slowest.ms) slowest = { ms, what, during }
    tally.add(`${what} ${status}`)
    if (status !== 200) failures.push({ what, status, text, during })
    return answer
  }
  const signIn = async (nth: number) => {
    const answer = await note('login', () => trySignIn(inTurn(people, nth)))
    if (answer instanceof Error || answer.status !== 200) return
    // A new session is asked for at once, at whichever gateway it is.
    await note('first use', () => me(answer.body.access_token))
  }
  const lag = monitorEventLoopDelay()
  lag.enable()
  const loads = [
    keepPace(perSecond.me, async (nth) => void (await note('me', () => me(inTurn(tokens, nth))))),
    keepPace(perSecond.logins, signIn),
    keepPace(perSecond.jwks, async () => void (await note('jwks', () => gatehouse().readJwks()))),
  ]
  const stop = async () => void (await Promise.all(loads.map((it) => it())))
  onTestFinished(stop)

  const restarted = await containers('gateway', 'identity')
  const secondsEach: string[] = []
  for (const container of restarted) {
    const { Id: id, Name: name } = container
    during = name
    const startedAt = performance.now()
    await docker('restart', id)
    await untilHealthy()
    await untilNginxAsks(serviceOf(container) === 'gateway' ? 'gateway' : 'identity', new Date())
    secondsEach.push(((performance.now() - startedAt) / 1000).toFixed(1))
  }
  await stop()
  lag.disable()
  const lagMs = lag.percentile(99) / 1e6
  process.stdout.write(
    `${restarted.length} containers restarted one after the other (${secondsEach.join(', ')} s): ` +
      `${JSON.stringify(tally.counts)}, answers ${describeMs(tookMs)} (${slowest.what} during ${slowest.during}), ` +
      `refused first: ${refusals.length}, p99 of this process' own lag: ${Math.round(lagMs)} ms\n`,
  )
  expect(restarted).toHaveLength(4)
  expect(failures).toEqual([])
  // Where this process itself was kept waiting the services were as well, and may ask clients to come back.
  if (lagMs < mostLagMs) expect(refusals).toEqual([])
}, 240_000)
