import { type Call, createHttpClient, expectStatus } from '../harness/http-client.ts'
import type { IdentityProcess } from '../harness/identity-process.ts'
import { waitForQuiet } from '../harness/machine.ts'
import { median, quantile } from '../harness/quantiles.ts'
import { against, figure, table } from '../harness/report.ts'
import { runLoad } from '../harness/run-load.ts'
import { say } from '../harness/say.ts'
import { signIn } from '../harness/sign-in.ts'
import { sessionIdOf, userIdOf, usernameOf } from '../harness/users.ts'

export type Populated = { identity: IdentityProcess; users: number }
type Needs = { small: Populated; large: Populated; forMs: number; rounds: number }
// The speed of the machine changes within seconds, so many short rounds are better than a few long ones.
const parts = 5

const atOnce = 32
// The larger identity has just started, and V8 compiles hot code during some 10,000 requests of a kind.
const warmUpMs = 8_000
const json = { 'content-type': 'application/json' }

/** Calls without a password, on one identity; each client is signed in as a different user, the first as admin. */
export const openCalls = async ({ identity, users }: Populated) => {
  const client = createHttpClient(identity.url, atOnce)
  const anyUser = () => 1 + Math.floor(Math.random() * users)
  const signedIn: Awaited<ReturnType<typeof signIn>>[] = []
  // Far apart in the table. One at a time, so that none is refused as too many.
  for (let nth = 0; nth < atOnce; nth += 1)
    signedIn.push(await signIn(identity.url, 1 + nth * Math.floor(users / atOnce)))
  const of = (nth: number) => signedIn[nth] as (typeof signedIn)[number]
  const admin = of(0).authorization
  const make: Record<string, (nth: number) => Call> = {
    'POST /internal/sessions/lookup': () => ({
      method: 'POST',
      path: '/internal/sessions/lookup',
      headers: { ...json, authorization: identity.serviceAuthorization },
      body: JSON.stringify({ ids: [sessionIdOf(anyUser())] }),
    }),
    'GET /users/{id}': () => ({ path: `/users/${userIdOf(anyUser())}`, headers: { authorization: admin } }),
    'GET /users?search={username}': () => ({
      path: `/users?search=${usernameOf(anyUser())}`,
      headers: { authorization: admin },
    }),
    'GET /auth/sessions': (nth) => ({ path: '/auth/sessions', headers: { authorization: of(nth).authorization } }),
    'POST /auth/refresh': (nth) => ({
      method: 'POST',
      path: '/auth/refresh',
      headers: json,
      body: JSON.stringify({ refresh_token: of(nth).refreshToken }),
    }),
  }
  const measure = (name: string, forMs: number) =>
    runLoad({
      atOnce,
      forMs,
      call: async (nth) => {
        const answer = expectStatus(await client.call((make[name] as (nth: number) => Call)(nth)), 200)
        // Each refresh uses the token of the previous one.
        if (name === 'POST /auth/refresh') of(nth).refreshToken = JSON.parse(answer.body).refresh_token
        return answer
      },
    })
  return { names: Object.keys(make), measure, close: client.close }
}

/** Two identities on one Postgres take turns, because the speed of the machine changes. */
export const measureLookups = async ({ small, large, ...pace }: Needs) => {
  const forMs = pace.forMs / parts
  const rounds = pace.rounds * parts
  const few = await openCalls(small)
  const many = await openCalls(large)
  const rows: (string | number)[][] = []
  for (const name of few.names) {
    const quiet = await waitForQuiet()
    for (const warmUp of [few, many]) await warmUp.measure(name, warmUpMs)
    const seen: Record<'few' | 'many', Awaited<ReturnType<typeof few.measure>>>[] = []
    for (let round = 0; round < rounds; round += 1) {
      // In alternating order.
      const first = round % 2 === 0 ? few : many
      const one = await first.measure(name, forMs)
      const two = await (first === few ? many : few).measure(name, forMs)
      seen.push(first === few ? { few: one, many: two } : { few: two, many: one })
    }
    const ratio = median(seen.map((it) => it.many.perSecond / it.few.perSecond))
    const p99 = (which: 'few' | 'many') =>
      quantile(
        seen.flatMap((it) => it[which].answers.map(({ ms }) => ms)),
        0.99,
      )
    const perSecond = (which: 'few' | 'many') => median(seen.map((it) => it[which].perSecond))
    say(`  ${name}: ${figure(perSecond('few'))}/s and ${figure(perSecond('many'))}/s`)
    const aim = against(ratio.toFixed(3), ratio >= 0.9)
    rows.push([name, perSecond('few'), p99('few'), perSecond('many'), p99('many'), aim, quiet])
  }
  few.close()
  many.close()
  const [from, to] = [small.users.toLocaleString('en'), large.users.toLocaleString('en')]
  return [
    `## Calls that need no password, at ${from} and at ${to} users\n\n${atOnce} clients, ${rounds} rounds of ${forMs / 1000} s in turns, random users.\n`,
    table(['call', `/s at ${from}`, 'p99 ms', `/s at ${to}`, 'p99 ms', 'ratio >= 0.9', 'other work'], rows),
  ].join('\n')
}
