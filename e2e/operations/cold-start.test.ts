import { type Answer, createClient, eventually } from '@gatehouse/testkit'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { refusalOf } from '../support/client.ts'
import { forgetThrottles } from '../support/database.ts'
import { inTurn, keepPace, openTally } from '../support/pace.ts'
import { addressOf, type Container, containers, docker } from '../support/stack.ts'
import { untilHealthy } from '../support/until-healthy.ts'
import { describeMs } from '../support/until-refused.ts'
import { createUser, meAt, signInAdmin, signInTimes } from '../support/users.ts'

// 10,000 for the figures that the product promises. Each is signed in for, which costs identity a hash: some minutes.
const sessions = Number(process.env.EDGE_SESSIONS ?? 500)
const sessionsPerUser = 20
const requestsPerSecond = 500
const sampleEveryMs = 100

let tokens: string[]
beforeAll(async () => {
  await untilHealthy()
  await forgetThrottles()
  const adminToken = await signInAdmin()
  tokens = []
  // Two at a time, as many as identity hashes at once on two cores.
  const fill = async () => {
    while (tokens.length < sessions)
      tokens.push(...(await signInTimes(sessionsPerUser, await createUser(adminToken, 'ada'))))
  }
  await Promise.all([fill(), fill()])
  tokens = tokens.slice(0, sessions)
}, 600_000)
afterAll(untilHealthy)

const urlOf = async ({ Id: id }: Container) => {
  const restarted = (await containers('gateway')).find((it) => it.Id === id)
  if (!restarted) throw new Error('the gateway is gone')
  return `http://${addressOf(restarted)}:3002`
}

type LookUps = { atMs: number; calls: number; sessions: number; failures: number }
const readLookUps = async (url: string, startedAt: number): Promise<LookUps> => {
  const { text } = await createClient(url).readMetrics()
  const value = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1])
  return {
    atMs: performance.now() - startedAt,
    calls: value('gateway_lookup_calls'),
    sessions: value('gateway_lookup_sessions'),
    failures: value('gateway_lookup_failures'),
  }
}

/** The most calls in any second of these samples. */
const busiestSecond = (samples: LookUps[]) =>
  Math.max(...samples.map(({ atMs, calls }) => calls - (samples.findLast((it) => it.atMs <= atMs - 1_000)?.calls ?? 0)))

it(`a gateway restarted among ${sessions} live sessions under ${requestsPerSecond} requests/s answers nothing wrong`, async () => {
  const [gateway] = (await containers('gateway')) as [Container]
  let url = await urlOf(gateway)
  for (const token of tokens) expect(await meAt(url, token)).toMatchObject({ status: 200 })

  const tally = openTally()
  const tookMs: number[] = []
  let phase: 'before' | 'stopping' | 'starting' | 'after' = 'before'
  const isDown = (it: typeof phase) => it === 'stopping' || it === 'starting'
  const note = (answer: Answer) => {
    tally.add(`${phase}: ${answer.status}`)
    if (answer.status !== 503) return expect(answer.status, answer.text).toBe(200)
    expect(refusalOf(answer)).toMatchObject({ code: 'cannot_verify' })
    expect(answer.headers.get('retry-after')).toMatch(/^\d+$/)
  }
  const stop = keepPace(requestsPerSecond, async (nth) => {
    const begunAt = performance.now()
    const askedIn = phase
    const answer = await meAt(url, inTurn(tokens, nth)).catch((error: Error) => {
      // Nobody listens while it is down: that is no answer, and Nginx asks another replica.
      if (!isDown(askedIn) && !isDown(phase)) throw error
      tally.add('down: no connection')
    })
    if (!answer) return
    note(answer)
    if (askedIn === 'after') tookMs.push(performance.now() - begunAt)
  })
  onTestFinished(() => stop().catch(() => undefined))

  phase = 'stopping'
  await docker('stop', gateway.Id)
  phase = 'starting'
  const startedAt = performance.now()
  await docker('start', gateway.Id)
  url = await urlOf(gateway)
  const containerMs = performance.now() - startedAt
  const samples: LookUps[] = []
  await eventually(async () => expect((await createClient(url).readLiveness()).status).toBe(200), {
    withinMs: 20_000,
    everyMs: 5,
  })
  const listeningMs = performance.now() - startedAt
  phase = 'after'
  const stopSampling = keepPace(1_000 / sampleEveryMs, async () => void samples.push(await readLookUps(url, startedAt)))
  await eventually(async () => expect((await createClient(url).readReadiness()).status).toBe(200), {
    withinMs: 20_000,
    everyMs: 5,
  })
  const readyMs = performance.now() - startedAt
  // Every session comes by again, and late enough that one whose memory events do not keep fresh is asked about again.
  const enough = Math.max(2 * sessions, 5 * requestsPerSecond)
  await eventually(() => expect(tally.counts['after: 200'] ?? 0).toBeGreaterThan(enough), {
    withinMs: 10_000 + (enough / requestsPerSecond) * 2_000,
  })
  await stopSampling()
  await stop()

  const last = await readLookUps(url, startedAt)
  process.stdout.write(
    `a gateway restarted among ${sessions} sessions under ${requestsPerSecond} requests/s: container ${containerMs.toFixed(0)}, ` +
      `listening ${listeningMs.toFixed(0)}, ready ${readyMs.toFixed(0)} ms after the start; ` +
      `look-ups at identity: ${last.calls} calls about ${last.sessions} sessions, ${last.failures} failed, ` +
      `at most ${busiestSecond(samples)} calls in a second; ${JSON.stringify(tally.counts)}, ` +
      `answers after it ${describeMs(tookMs)}\n`,
  )
  expect(last.failures).toBe(0)
  // Once each, and some again that were asked about before the first heartbeat had come.
  expect(last.sessions).toBeLessThan(1.5 * sessions)
}, 600_000)
